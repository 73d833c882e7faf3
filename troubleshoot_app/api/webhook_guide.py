"""What whoever receives webhooks needs to know, as the documentation of the API says it."""

VERIFY = """\
import base64, hashlib, hmac, time


def is_genuine(secret: str, headers: dict[str, str], body: bytes) -> bool:
    # ``headers`` by their names in lower case, ``body`` as it came, before anything has read it as JSON.
    sent_at = headers["webhook-timestamp"]
    if abs(time.time() - int(sent_at)) > 300:
        return False
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    signed = f"{headers['webhook-id']}.{sent_at}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return any(hmac.compare_digest(wanted, given) for given in headers["webhook-signature"].split())
"""

WEBHOOKS = f"""\
Other programs that are told of what happens: a POST of JSON to each webhook that asked for the event, signed as the
[Standard Webhooks](https://www.standardwebhooks.com) specification has it, so that its libraries can check it.

* `webhook-id` is the event, the same at each attempt; `webhook-timestamp` is this attempt, in seconds since 1970;
  `webhook-signature` is `v1,` and the Base64 of the HMAC-SHA256 over `id.timestamp.body`. Its key is what the Base64 after
  `whsec_` stands for, or the secret as it is when it does not begin so.
* Answer 2xx within ten seconds. Anything else is tried again for 24 hours; redirects are not followed; 410 (Gone)
  switches the webhook off.
* Messages go to a webhook one at a time. One that had to be tried again comes late, and one whose answer was lost comes
  twice: take each `id` once, and go by `created_at`.

```python
{VERIFY}```
"""
