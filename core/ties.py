"""Accounts that are tied to a profile, when that is to go to the trash, to come back or to become one with another.

Nobody gives more than they have by that either: what the profile was given comes to who is tied to it, and what it is
denied ends for who is tied to it no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from core import escalation
from core.acl_sql import FOREVER
from core.members import Reach
from core.records import Row, stored_fields
from core.rights import RIGHTS
from core.subjects import code_of
from core.viewer import living_profile

if TYPE_CHECKING:
    from core.open_request import OpenRequest

NOBODY: Final = Reach({}, {})


def check_going(request: OpenRequest, profile: Row) -> None:
    """Of a profile that is to go to the trash, or to be one with another again. Raises Denied, ReasonNeeded."""
    if _is_tied(request, profile):
        _check_step(request, _reach(profile), _merged(request, profile), profile)


def check_coming(request: OpenRequest, profile: Row, links: Sequence[Row] = ()) -> None:
    """Of one that is to come back, with these links. Raises Denied, ReasonNeeded."""
    if not _is_tied(request, profile):
        return
    _check_step(request, _merged(request, profile), _reach(profile), profile)
    for link in links:
        _check_link(request, link, profile)


def check_merging(request: OpenRequest, stays: Row, goes: Row) -> None:
    """Of two that become one: who is tied to either has what both were given. Raises Denied, ReasonNeeded."""
    for one, other in ((stays, goes), (goes, stays)):
        if _is_tied(request, one):
            escalation.check_gain(request.db, request.viewer, _reach(one), _reach(one, other), _whom(one))
    if _is_tied(request, goes):
        escalation.check_loss(request.db, request.viewer, _reach(goes), NOBODY, _whom(goes))
        request.tied.add(stays[0])


def _check_step(request: OpenRequest, before: Reach, after: Reach, profile: Row) -> None:
    escalation.check_gain(request.db, request.viewer, before, after, _whom(profile))
    escalation.check_loss(request.db, request.viewer, before, after, _whom(profile))


def _merged(request: OpenRequest, profile: Row) -> Reach:
    """What stands for the profile while it is in the trash."""
    id = living_profile(request.db, stored_fields("profile", profile)["merged_into"])
    return Reach({code_of("profile", id): ()}, {}) if id else NOBODY


def _is_tied(request: OpenRequest, profile: Row) -> bool:
    return not request.viewer.unrestricted and profile[0] in request.tied


def _reach(*profiles: Row) -> Reach:
    return Reach({code_of("profile", profile[0]): () for profile in profiles}, {})


def _whom(profile: Row) -> str:
    return f"who is tied to {stored_fields('profile', profile)['name']}"


def _check_link(request: OpenRequest, link: Row, profile: Row) -> None:
    """What a link in the trash would give is in no table of rights."""
    fields = stored_fields("link", link)
    (action,) = request.db.execute("SELECT grants FROM relationship_type WHERE id = ?", (fields["type"],)).fetchone()
    until = FOREVER if fields["valid_until"] is None else fields["valid_until"]
    if action != "none" and until > request.at:
        given = [(fields["document"], RIGHTS[action], until, "")]
        escalation.check_records(request.db, request.viewer, "document", given, _whom(profile))
