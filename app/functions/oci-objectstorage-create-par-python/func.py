"""Creates a pre-authenticated request: a link that reads one object of a private bucket until it expires.

Takes JSON: {"bucket": "pictures", "object": "2024/cat.png", "hours": 24}, hours being 1 to 168, 24 by default.
Answers {"url": "https://...", "expires": "2024-05-06T07:08:09+00:00"}; whoever has the link can read the object.
The function's dynamic group needs `manage buckets` with PAR_MANAGE and `read objects` in the bucket's compartment.
"""

import datetime
import io
import json
import logging

import oci
from fdk import response

DEFAULT_HOURS = 24
MAXIMUM_HOURS = 7 * 24


class BadRequest(ValueError):
    """The caller's mistake; the message is meant for them."""


def handler(ctx, data: io.BytesIO = None):
    try:
        bucket, name, hours = parse(data.getvalue() if data else b"")
        signer = oci.auth.signers.get_resource_principals_signer()
        client = oci.object_storage.ObjectStorageClient(config={}, signer=signer)
        return answer(ctx, 200, create_link(client, bucket, name, hours))
    except BadRequest as problem:
        return answer(ctx, 400, {"error": str(problem)})
    except oci.exceptions.ServiceError as problem:
        logging.getLogger().error("Object Storage refused: %s %s", problem.status, problem.code)
        return answer(ctx, problem.status, {"error": problem.code})


def parse(body: bytes):
    try:
        request = json.loads(body)
    except ValueError:
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(request, dict):
        raise BadRequest("The body is not a JSON object.")
    texts = [request.get(key) for key in ("bucket", "object")]
    if not all(isinstance(text, str) and text for text in texts):
        raise BadRequest("bucket and object must be names.")
    hours = request.get("hours", DEFAULT_HOURS)
    if type(hours) is not int or not 1 <= hours <= MAXIMUM_HOURS:
        raise BadRequest(f"hours must be a whole number from 1 to {MAXIMUM_HOURS}.")
    return (*texts, hours)


def create_link(client, bucket: str, name: str, hours: int) -> dict:
    expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
    details = oci.object_storage.models.CreatePreauthenticatedRequestDetails(
        name=f"par-{bucket}-{expires:%Y%m%dT%H%M%SZ}",
        access_type="ObjectRead",
        object_name=name,
        time_expires=expires,
    )
    namespace = client.get_namespace().data
    created = client.create_preauthenticated_request(namespace, bucket, details).data
    return {
        "url": client.base_client.endpoint + created.access_uri,
        "expires": expires.isoformat(timespec="seconds"),
    }


def answer(ctx, status: int, body: dict):
    return response.Response(
        ctx,
        response_data=json.dumps(body),
        headers={"Content-Type": "application/json"},
        status_code=status,
    )
