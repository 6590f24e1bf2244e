"""Events that go out to other systems, signed after Standard Webhooks, and leads and events that come in."""
