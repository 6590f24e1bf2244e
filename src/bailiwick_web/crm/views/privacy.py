"""What is kept of a person, and their erasure."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.models import Contact
from bailiwick_web.crm.services import privacy
from bailiwick_web.crm.views.common import done, kindly, version_of
from bailiwick_web.crm.views.customers import made_address
from bailiwick_web.crm.visibility import find


@access(Right.PRIVACY)
@require_POST
def contact_dossier(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything that is kept of a person, as a file for the person."""
    actor = actor_of(request)
    found = privacy.dossier(actor, find(actor, Contact, public_id, with_bin=True))
    answer = JsonResponse(found, encoder=privacy.ENCODER, json_dumps_params={"indent": 1, "ensure_ascii": False})
    answer.headers["Content-Disposition"] = f'attachment; filename="person-{public_id}.json"'
    return answer


@access(Right.PRIVACY)
@require_POST
@kindly
def erase_contact(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Erase a person from every copy."""
    reason = request.POST.get("reason", "")
    erased = privacy.erase(actor_of(request), public_id, version=version_of(request), reason=reason)
    to = made_address(erased.account) if erased.account is not None else "customers"
    return done(request, to, _("The person is erased. Backups that were made before still hold them."))
