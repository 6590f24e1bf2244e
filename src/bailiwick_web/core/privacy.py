"""What becomes of the texts of this app when somebody is erased."""

from bailiwick_web.core import models as m
from bailiwick_web.core.erasing import declare

declare(m.Notice, names=("text", "made_of"), nobody=("kind", "about", "address"))
declare(m.NoticeWish, nobody=("language",))
declare(m.AccessToken, nobody=("name", "start", "digest"))
declare(m.IdempotencyKey, goes=("body",), nobody=("key", "request_digest", "headers"))
declare(m.User, nobody=("password", "email", "name", "more_roles"))
declare(m.Invitation, nobody=("digest",))
declare(m.Node, nobody=("path", "kind", "name"))
declare(m.Position, nobody=("code", "name"))
declare(m.Person, nobody=("name", "email"))
declare(m.PersonProfile, nobody=("skills", "languages"))
declare(
    m.AuditEntry,
    names=("record_name", "before", "after", "reason", "made_of"),
    nobody=("request_id", "action", "record_type", "record_id", "field"),
    is_log=True,
)
declare(
    m.Job,
    names=("title", "params", "progress", "result", "error", "made_of"),
    nobody=("kind", "input_digest", "language", "worker"),
)
declare(m.OutboxEvent, names=("payload",), nobody=("kind", "request_id"), is_log=True)
