"""`rolodoc account`: who may log in, and as what."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from core.cli.access_effects import DryRun, Yes, write_after_preview
from core.cli.command import Session, command, noun
from core.cli.failure import UsageError
from core.cli.listing import Column, Trash, list_rows
from core.cli.membership import declare_memberships
from core.cli.names import find_record
from core.cli.objects import record_object
from core.cli.subject_names import find_memberships, membership_names
from core.cli.writing import find_each, tell_receipt
from core.errors import NotFound
from core.fields import FIELDS
from core.values import Query, id_text
from core.write_values import Create, Delete, Edit, Restore

app = noun("account", "Accounts: people and services that use this store.")

Named = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name or id.")]
AllNamed = Annotated[list[str], typer.Argument(metavar="ACCOUNT", help="Names or ids.")]
Kind = Annotated[str, typer.Option("--kind", help="person or service.")]
SystemUser = Annotated[
    str | None, typer.Option("--system-user", metavar="NAME", help="User of this machine, who needs no password.")
]
TiedTo = Annotated[
    str | None, typer.Option("--tied-to", metavar="PROFILE", help="Its profile: what that is granted, it is.")
]
Groups = Annotated[list[str] | None, typer.Option("--group", metavar="GROUP", help="A group; again and again.")]
Roles = Annotated[
    list[str] | None, typer.Option("--role", metavar="ROLE", help="A role, owner or auditor; again and again.")
]


@command(app, "list")
def list_accounts(session: Session, trash: Trash = False) -> None:
    """List the accounts, with their groups and roles."""
    workspace, out = session.workspace, session.out
    me = workspace.me()
    if me.alone and not trash and not workspace.page(Query(entity="account"), limit=1).rows:
        if out.json:
            out.object({"entity": "account", "name": me.name, "roles": ["owner"], "alone": True})
        else:
            out.table(["name", "roles"]).rows([[me.name, "owner"]])
            out.note("nothing asks for a log-in while there is no second account; rolodoc account new makes one")
        return
    names = membership_names(workspace, "group") | membership_names(workspace, "role")
    columns = [
        Column("name", lambda row: row.name),
        Column("kind", lambda row: row.kind),
        Column("groups", lambda row: "; ".join(names[one] for one in row.groups if one in names)),
        Column("roles", lambda row: "; ".join(names[one] for one in row.roles if one in names)),
        Column("system user", lambda row: row.system_user),
        Column("id", lambda row: id_text(row.id)),
    ]
    list_rows(session, Query(entity="account", trash=trash), columns, None)


@command(app, "show")
def show(session: Session, account: Named) -> None:
    """Show an account, and what it was granted."""
    workspace, out = session.workspace, session.out
    record = workspace.get(find_record(workspace, account, "account"))
    if out.json:
        out.object(record_object(record))
        return
    names = membership_names(workspace, "group") | membership_names(workspace, "role")
    out.line(record.title, bold=True)
    out.pairs(
        (label, value)
        for label, value in (
            ("kind", record.fields["kind"]),
            ("tied to", _profile_name(session, record.fields["tied_to"])),
            ("groups", "; ".join(names.get(one, "(in the trash)") for one in record.fields["groups"])),
            ("roles", "; ".join(names.get(one, "(in the trash)") for one in record.fields["roles"])),
            ("system user", record.fields["system_user"]),
            ("id", id_text(record.ref.id)),
        )
        if value
    )
    out.note(f"rolodoc grant list --to account:{record.title} shows what it was granted itself")


@command(app, "new")
def new(
    session: Session,
    name: Annotated[str, typer.Argument(help="What it is called; one logs in with --as NAME.")],
    kind: Kind = "person",
    system_user: SystemUser = None,
    tied_to: TiedTo = None,
    groups: Groups = None,
    roles: Roles = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> int:
    """Make an account. It sees nothing until it is granted something, or joins a group that was."""
    workspace = session.workspace
    alone = workspace.me().alone
    fields = {"name": name} | _fields(session, kind, system_user, tied_to, groups, roles)
    code = write_after_preview(session, [Create("account", fields)], dry_run=dry_run, yes=yes or alone)
    if alone and not dry_run and not workspace.me().alone:
        session.out.note(
            "from now on rolodoc asks who one is: the user of this machine that an account names needs no password,"
            " everybody else gives --as NAME and one (rolodoc account password NAME sets it)"
        )
    return code


@command(app, "edit")
def edit(
    session: Session,
    account: Named,
    name: Annotated[str, typer.Option("--name", help="A new name.")] = "",
    kind: Kind = "",
    system_user: SystemUser = None,
    tied_to: TiedTo = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> int:
    """Change an account; an empty --system-user or --tied-to takes it away."""
    record = session.workspace.get(find_record(session.workspace, account, "account"))
    fields = _fields(session, kind, system_user, tied_to, None, None) | ({"name": name} if name else {})
    if not fields:
        raise UsageError("say what to change: --name, --kind, --system-user or --tied-to")
    return write_after_preview(session, [Edit(record.ref, fields, record.version)], dry_run=dry_run, yes=yes)


@command(app, "delete")
def delete(session: Session, accounts: AllNamed, dry_run: DryRun = False, yes: Yes = False) -> int:
    """Put accounts into the trash; they cannot log in, and restore brings them back as they were."""
    writes = [Delete(ref) for ref in find_each(session, "account", accounts)]
    return write_after_preview(session, writes, dry_run=dry_run, yes=yes)


@command(app, "restore")
def restore(session: Session, accounts: AllNamed) -> int:
    """Take accounts back from the trash."""
    writes = [Restore(ref) for ref in find_each(session, "account", accounts)]
    return tell_receipt(session, session.workspace.write(writes))


@command(app, "password")
def password(
    session: Session,
    account: Named,
    remove: Annotated[bool, typer.Option("--remove", help="Take the password away.")] = False,
) -> None:
    """Set the password of an account: typed twice, or the first line of the input."""
    typed = "" if remove else _typed_password(account)
    if not typed and not remove:
        raise UsageError("the password is empty; nothing was changed (--remove takes the password away)")
    session.workspace.set_password(account, typed)
    session.out.line(f"{account} has {'no password' if remove else 'a new password'}")


declare_memberships(app, "account")


def _fields(
    session: Session,
    kind: str,
    system_user: str | None,
    tied_to: str | None,
    groups: list[str] | None,
    roles: list[str] | None,
) -> dict[str, Any]:
    """Those that were given."""
    workspace = session.workspace
    fields: dict[str, Any] = {}
    if kind:
        fields["kind"] = FIELDS["account"]["kind"].check(kind)
    if system_user is not None:
        fields["system_user"] = system_user
    if tied_to is not None:
        fields["tied_to"] = id_text(find_record(workspace, tied_to, "profile").id) if tied_to else ""
    if groups:
        fields["groups"] = find_memberships(workspace, "group", groups)
    if roles:
        fields["roles"] = find_memberships(workspace, "role", roles)
    return fields


def _profile_name(session: Session, id: str) -> str:
    if not id:
        return ""
    try:
        return session.workspace.get(session.workspace.resolve(id, "profile")).title
    except NotFound:
        return id


def _typed_password(account: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    import getpass

    first = getpass.getpass(f"New password of {account}: ")
    if getpass.getpass("Once more: ") != first:
        raise UsageError("the two are not the same; nothing was changed")
    return first
