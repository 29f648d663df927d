"""Made-up secrets in the forms of their issuers, put together here so that no scanner takes this file for a leak."""

from __future__ import annotations

import random
import string

_RANDOM = random.Random(7)
ALNUM = string.ascii_letters + string.digits


def drawn(length: int, alphabet: str = ALNUM) -> str:
    """Random characters, the same in every run."""
    return "".join(_RANDOM.choice(alphabet) for _ in range(length))


_KEY = "\n".join(drawn(64) for _ in range(12))
_DASHES = "-" * 5
_PRIVATE = f"PRIVATE KEY{_DASHES}"

# kind → text with one secret; the part between « and » is what must not be stored
SAMPLES: tuple[tuple[str, str], ...] = (
    ("aws-access-key", f"export AWS=«AK{'IA'}{drawn(16, string.ascii_uppercase + '234567')}»"),
    ("github-token", f"git clone with «gh{'p_'}{drawn(36)}» please"),
    ("github-token", f"«github{'_pat_'}{drawn(22)}_{drawn(59)}»"),
    ("gitlab-token", f"PRIVATE: «gl{'pat-'}{drawn(20)}»"),
    ("slack-token", f"«xox{'b-'}{drawn(12, string.digits)}-{drawn(24)}»"),
    ("slack-webhook", f"https://hooks.{'slack'}.com/services/«T{drawn(8)}/B{drawn(8)}/{drawn(24)}»"),
    ("stripe-key", f"«sk{'_live_'}{drawn(24)}»"),
    ("google-key", f"maps: «AI{'za'}{drawn(35)}»"),
    ("npm-token", f"//registry.npmjs.org/:_auth «npm{'_'}{drawn(36)}»"),
    ("pypi-token", f"«pypi{'-AgEI'}cHlwaS5vcmc{drawn(60)}»"),
    ("anthropic-key", f"«sk{'-ant-'}api03-{drawn(90)}»"),
    ("openai-key", f"«sk{'-proj-'}{drawn(48)}»"),
    ("openai-key", f"«sk{'-'}{drawn(48)}»"),
    ("hugging-face-token", f"«hf{'_'}{drawn(34, string.ascii_letters)}»"),
    ("sendgrid-key", f"«SG{'.'}{drawn(22)}.{drawn(43)}»"),
    ("json-web-token", f"cookie «ey{'J'}{drawn(30)}.ey{'J'}{drawn(60)}.{drawn(43)}» set"),
    ("private-key", f"«{_DASHES}BEGIN OPENSSH {_PRIVATE}\n{_KEY}\n{_DASHES}END OPENSSH {_PRIVATE}»\n"),
    ("private-key", f"cut: «{_DASHES}BEGIN PRIVATE KEY{_DASHES}\n{_KEY}»"),
    ("url-password", "postgresql://app:«tr0ub4dor&3»@db.internal:5432/shop"),
    ("authorization", "curl -H 'Authorization: Bearer «8f3Kd92Lq0ZxV7mN4bT1yR6w»'"),
    ("password", 'password = "«hunter2-and-more!»"'),
    ("password", "DB_PASSWORD=«s3cr3tW0rd9x»"),
    ("password", '{\\"password\\": \\"«n0t4y0u!!»\\"}'),
    ("named-secret", "aws_secret_access_key = «wJa1rXUtn2FEMIK7MDENGbPxRf1CYzq8KEY3aB4c»"),
    ("named-secret", 'client_secret: "«8f3Kd92Lq0ZxV7mN4bT1»"'),
    ("named-secret", "API_KEY=«0123456789abcdef8888777766665555»"),
)  # fmt: skip

_OID, _SHA = (
    "8a4f0c1be4d5f60718293a4b5c6d7e8f90a1b2c3",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
)
HARMLESS: tuple[str, ...] = (
    _OID,
    f"token: {_OID}",
    f'"secret": "{_SHA}"',
    f"secret_key=sha256:{_SHA}",
    "api_key: 123e4567-e89b-42d3-a456-426614174000",
    "token = SHA256:uNiVztksCsDhcc0u9e8BrrJXVvYZxJ8m9s0Yc2lG3Xk",
    "password = getpass.getpass()",
    'password: "${DB_PASSWORD}"',
    "password: str = field(default='')",
    "self.token = self.tokens.next_token2",
    'token = "workflows.pipelines.main.steps.fill2"',
    "token_digest: 8f3Kd92Lq0ZxV7mN4bT1yR6w",
    '{"input_tokens": 12841, "output_tokens": 992, "cache_read": 0}',
    "the task-list of risk-aversion: sk-",
    "https://user:password@example.com/",
    "ssh://git@example.com:2222/repo.git",
    "postgresql://app:${PASSWORD}@db/shop",
    "a header says -----BEGIN PRIVATE KEY----- and then the key",
    "Factory-Record: note 8a4f0c1be4d5f60718293a4b5c6d7e8f90a1b2c3",
    "password: correct",
    "passwords are at least 8 characters",
)


def split(text: str) -> tuple[str, str]:
    """The text without its marks, and the secret in it."""
    before, _, rest = text.partition("«")
    secret, _, after = rest.partition("»")
    return before + secret + after, secret
