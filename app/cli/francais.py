"""The command speaks French: help, usage and refusals of Typer, which has them in English only.

Plain text, without the panels that Typer draws with rich: a help must answer at once, be read aloud, and go through a
pipe.
"""

from __future__ import annotations

import re
import sys
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from app.terminal import montrer

_TYPES: Final = {
    "<str>": "TEXTE",
    "<int>": "NOMBRE",
    "<int range>": "NOMBRE",
    "<float>": "NOMBRE",
    "<path>": "CHEMIN",
    "<file>": "FICHIER",
    "<dir>": "DOSSIER",
    "<list[str]>": "TEXTE",
}
_SANS_ACCOLADES: Final = {ord(c): None for c in "{}"}
_PHRASES: Final = (
    (r"Missing argument '(.+?)'\.?.*", "il manque {0}"),
    (r"Missing option '(.+?)'\.?.*", "il manque l'option {0}"),
    (r"Missing command\.", "il manque une commande"),
    (r"No such option: (\S+) \(Possible options: (.+)\)", "l'option {0} n'existe pas. Peut-être : {1} ?"),
    (r"No such option: (\S+).*", "l'option {0} n'existe pas"),
    (r"No such command ''.*", "le nom de la commande est vide"),
    (r"No such command '(.+?)'\. Did you mean (.+)\?", "la commande « {0} » n'existe pas. Peut-être : {1} ?"),
    (r"No such command '(.+?)'\. ?", "la commande « {0} » n'existe pas"),
    (r"No such command '(.+?)'.*Did you mean (.+)\?", "la commande « {0} » n'existe pas. Peut-être : {1} ?"),
    (r"Got unexpected extra argument\S* \((.*)\)", "en trop : « {0} »"),
    (r"Option '(.+?)' requires an argument\.", "l'option {0} attend une valeur"),
    (r"Option '(.+?)' requires (\d+) arguments\.", "l'option {0} attend {1} valeurs"),
    (r"Option '(.+?)' does not take a value\.", "l'option {0} n'attend pas de valeur"),
    (r"Argument '(.+?)' takes (\d+) values\.", "{0} attend {1} valeurs"),
    (r"Could not open file '(.+?)': .*", "{0} : ne peut pas être ouvert"),
)


def said(error: TyperException) -> str:
    """Why a command line cannot be understood, in French; never in another language."""
    if isinstance(error, typer.BadParameter) and type(error) is typer.BadParameter:
        return _value(error)
    english = " ".join(error.format_message().split())
    for pattern, sentence in _PHRASES:
        if found := re.fullmatch(pattern, english):
            return sentence.format(*(part.replace("'", "") for part in found.groups()))
    return "cette ligne de commande n'est pas comprise"


def _value(error: typer.BadParameter) -> str:
    """What is wrong with a value: our own sentence, or the one that pydantic means."""
    hint = error.param_hint or (error.param.get_error_hint() if error.param is not None else "")
    name = " / ".join([hint] if isinstance(hint, str) else hint).replace("'", "")
    reason = error.message
    if error.__cause__ is not None:
        from pydantic import ValidationError

        from app.validation import french_message

        if isinstance(error.__cause__, ValidationError):
            reason = french_message(error.__cause__.errors()[0])
    return f"{name} : {reason}" if name else reason


class _AsTyped:
    """In place of Typer's conversion of values, which loads pydantic: for flags, and while a shell only completes."""

    def coerce(self, value: Any, **_: Any) -> Any:
        return value


class _EnFrancais:
    """What commands and groups have in common."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:
            for param in self.get_params(ctx):  # type: ignore[attr-defined]
                param._runtime_param = _AsTyped()
        return super().parse_args(ctx, args)  # type: ignore[misc, no-any-return]

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "Affiche cette aide."
            option._runtime_param = _AsTyped()
        return option

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx)).translate(_SANS_ACCOLADES)  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, pieces, "Utilisation : ")

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)  # type: ignore[attr-defined]
        self.format_options(ctx, formatter)
        self.format_epilog(ctx, formatter)  # type: ignore[attr-defined]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        shown = [param for param in self.get_params(ctx) if not param.hidden]  # type: ignore[attr-defined]
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            if rows := [_row(param, ctx) for param in shown if param.param_type_name == kind]:
                with formatter.section(f"{title} "):
                    formatter.write_dl(rows)


def _row(param: Any, ctx: Any) -> tuple[str, str]:
    """A line of help: how it is written, and what it does."""
    if param.param_type_name == "argument":
        return param.display_name_raw, _explained(param, ctx)
    names = ", ".join([*param.opts, *param.secondary_opts])
    if param.is_flag:
        return names, _explained(param, ctx)
    shown = param.metavar or param.display_type(ctx)
    return f"{names} {_TYPES.get(shown, shown)}", _explained(param, ctx)


def _explained(param: Any, ctx: Any) -> str:
    notes = []
    if param.required and param.param_type_name == "option":
        notes.append("obligatoire")
    if param.min is not None and param.max is not None:
        notes.append(f"de {param.min} à {param.max}")
    default = param.get_default(ctx, call=False)
    if default not in {None, "", False} and not param.required and not callable(default):
        notes.append(f"défaut : {default}")
    return (param.help or "") + (f"  [{' ; '.join(notes)}]" if notes else "")


class Commande(_EnFrancais, TyperCommand):
    """A command."""


class Groupe(_EnFrancais, TyperGroup):
    """A group; the one at the root is where every refusal of a command line ends."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        super().format_options(ctx, formatter)
        rows = [(name, self.commands[name].get_short_help_str(limit=100)) for name in self.list_commands(ctx)]
        with formatter.section("Commandes "):
            formatter.write_dl(rows)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run, and leave with 0, 1 (a predictable failure) or 2 (a command line that cannot be understood)."""
        try:
            code = super().main(*args, **extra | {"standalone_mode": False})
        except TyperException as error:
            _refuse(error)
            sys.exit(error.exit_code)
        except typer.Abort:
            print("jdma : abandonné", file=sys.stderr)
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)


def _refuse(error: TyperException) -> None:
    ctx = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help itself
        print(error.message, file=sys.stderr)
        return
    print(f"jdma : {montrer(said(error))}", file=sys.stderr)
    if ctx is not None:
        print(f"{ctx.get_usage()}\nAide : {ctx.command_path} --help", file=sys.stderr)


def speak_french(app: typer.Typer) -> None:
    """Have every command and group of an application speak French."""
    app.info.cls = Groupe
    app.info.subcommand_metavar = "COMMANDE …"
    app.info.options_metavar = "[OPTIONS]"
    for command in app.registered_commands:
        command.cls = Commande
    for group in app.registered_groups:
        group.cls = Groupe
        if group.typer_instance is not None:
            speak_french(group.typer_instance)
