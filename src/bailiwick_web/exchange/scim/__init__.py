"""SCIM 2.0 (RFC 7643, RFC 7644): an identity provider such as Entra or Okta makes users, gives them roles and takes their access away."""
