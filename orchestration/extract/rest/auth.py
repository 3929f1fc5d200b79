"""Who asks: the contract's authentication as dlt's, its values from variables at the last moment.

Belongs here: credentials into requests. Does not belong here: redaction (secrets.py), refusals (transport.py).
"""

from __future__ import annotations

import base64
import json

from dlt.sources.helpers.rest_client.auth import APIKeyAuth, BearerTokenAuth, HttpBasicAuth, OAuth2ClientCredentials
from requests.auth import AuthBase

from orchestration.extract.rest.errors import FetchError
from orchestration.extract.rest.secrets import Secrets
from orchestration.extract.rest.transport import Call, Transport
from orchestration.rest_types import Auth, Client

# A token this near to its end is not used for one more request.
MARGIN_SECONDS = 30.0


def credentials(client: Client) -> tuple[str, ...]:
    """Names of the variables that the client's authentication reads."""
    auth = client.auth
    names = (
        auth.token_env,
        auth.username_env,
        auth.password_env,
        auth.key_env,
        auth.client_id_env,
        auth.client_secret_env,
        auth.refresh_token_env,
    )
    return tuple(name for name in (*names, *client.headers_env.values()) if name)


def build_auth(auth: Auth, secrets: Secrets, transport: Transport) -> AuthBase | None:
    """dlt's authentication with values looked up. Raises FetchError for a variable that is not set."""
    match auth.type:
        case "bearer":
            return BearerTokenAuth(token=secrets.get(auth.token_env))
        case "api_key":
            return APIKeyAuth(name=auth.name, api_key=auth.prefix + secrets.get(auth.key_env), location=auth.location)
        case "basic":
            # Some vendors take a key as the user and no password.
            user = secrets.get(auth.username_env, least=1 if auth.password_env else 8)
            password = secrets.get(auth.password_env) if auth.password_env else ""
            secrets.learn(base64.b64encode(f"{user}:{password}".encode()).decode(), auth.password_env or auth.username_env)
            return HttpBasicAuth(username=user, password=password)
        case "oauth2_client_credentials":
            return TokenAuth.of(auth, secrets, transport)
        case _:
            return None


class TokenAuth(OAuth2ClientCredentials):
    """dlt's client credentials, with the token fetched under our guards and its age counted on the monotonic clock."""

    @classmethod
    def of(cls, auth: Auth, secrets: Secrets, transport: Transport) -> TokenAuth:
        """Credentials of a contract; the first token is fetched with the first request."""
        client_id = secrets.get(auth.client_id_env, least=1)
        more = {"scope": auth.scope} if auth.scope else {}
        if auth.refresh_token_env:
            more |= {"grant_type": "refresh_token", "refresh_token": secrets.get(auth.refresh_token_env)}
        built = cls(
            access_token_url=auth.token_url,
            client_id=client_id,
            client_secret=secrets.get(auth.client_secret_env),
            access_token_request_data=more,
            session=transport._session,
        )
        built._transport, built._ends = transport, 0.0
        return built

    def renew(self) -> None:
        """Forget the token: the next request fetches another."""
        self.access_token = None

    def is_token_expired(self) -> bool:
        return self._transport.clock.monotonic() >= self._ends

    def obtain_token(self) -> None:
        """Fetch a token. Raises FetchError."""
        transport: Transport = self._transport
        call = Call("POST", self.access_token_url, data=self.build_access_token_request()["data"], counted=False)
        answer = transport.send(call)
        try:
            document = json.loads(answer.body) if answer else None
            token, seconds = document["access_token"], float(document.get("expires_in", self.default_token_expiration))
        except (ValueError, KeyError, TypeError, AttributeError):
            token, seconds = None, 0.0
        if not isinstance(token, str) or not token:
            raise FetchError(
                str(transport.error("expected access_token in the answer, got none; mend token_url of the contract", call.url))
            )
        transport.secrets.learn(token, "access_token")
        self.access_token = token
        self._ends = transport.clock.monotonic() + max(seconds - MARGIN_SECONDS, seconds / 2)
