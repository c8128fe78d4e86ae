"""The floors of the house, held by reading the source: who may import what, and what reaches a widget."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "tui"
SOURCES = sorted(PACKAGE.rglob("*.py"))
LINES_OF_A_FILE = 400
LINES_OF_A_CLASS = 300


def place(source: Path) -> str:
    return source.relative_to(PACKAGE).as_posix()


def tree_of(source: Path) -> ast.Module:
    return ast.parse(source.read_text(encoding="utf-8"), str(source))


def imported(source: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it: at the top, in a function or for its types only."""
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{place(source)}:{node.lineno} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


# Who may import what


def test_nothing_imports_upwards() -> None:
    # In a process of its own: the linter sets up logging anew, which silences every logger there is.
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(sys.argv[1], no_cache=True))"
    configuration = str(ROOT / "pyproject.toml")
    done = subprocess.run([sys.executable, "-c", code, configuration], capture_output=True, text=True, cwd=ROOT)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("package", "rooms"),
    [
        ("textual", ("app.py", "screens/", "widgets/")),
        ("rich", ("app.py", "screens/", "widgets/", "commands/", "cli.py")),
        ("msal", ("outlook/identity.py", "outlook/token_store.py")),
        ("httpx", ("outlook/http.py",)),
        ("tinydb", ("store/",)),
        ("starlette", ("simulator/server.py",)),
        ("uvicorn", ("simulator/server.py",)),
    ],
)
def test_a_library_is_known_only_where_it_belongs(package: str, rooms: tuple[str, ...]) -> None:
    knowing = {place(source) for source in SOURCES if any(is_within(name, package) for name in imported(source))}

    assert [name for name in sorted(knowing) if not name.startswith(rooms)] == []


def test_the_domain_stands_on_the_standard_library_and_two_others() -> None:
    allowed = ("pendulum", "msgspec", "tui.domain", "tui.limits", "tui.errors", *sys.stdlib_module_names)

    assert strangers("domain", allowed) == []


def test_the_simulator_knows_nothing_else_of_the_program() -> None:
    others = [name for name in strangers("simulator", ("tui.simulator",)) if is_within(name.split()[-1], "tui")]

    assert others == []


def strangers(room: str, allowed: tuple[str, ...]) -> list[str]:
    """What the files of a room import beyond ``allowed``."""
    return [
        f"{place(source)} imports {name}"
        for source in SOURCES
        if place(source).startswith(f"{room}/")
        for name in imported(source)
        if not any(is_within(name, one) for one in allowed)
    ]


def test_the_rules_and_what_screens_draw_load_no_network_no_terminal_and_no_database() -> None:
    rooms = [f"tui.domain.{source.stem}" for source in SOURCES if source.parent.name == "domain"]
    heavy = ["textual", "rich", "msal", "httpx", "tinydb", "starlette", "uvicorn", "keyring", "icalendar", "dateutil"]
    program = (
        "import sys, importlib\n"
        f"for name in {[*rooms, 'tui.workspace.view']}: importlib.import_module(name)\n"
        f"print(*[name for name in {heavy} if name in sys.modules])"
    )

    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert loaded.stdout.split() == []


# How large a part may grow


@pytest.mark.parametrize("source", SOURCES, ids=place)
def test_a_file_and_its_classes_stay_small_enough_to_read(source: Path) -> None:
    classes = [node for node in ast.walk(tree_of(source)) if isinstance(node, ast.ClassDef)]

    assert len(source.read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_FILE
    assert [node.name for node in classes if (node.end_lineno or 0) - node.lineno >= LINES_OF_A_CLASS] == []


# What reaches a widget

PARSING = {
    *("Static", "Label", "Button", "Checkbox", "RadioButton", "Option", "Selection", "Select", "OptionList"),
    *("SelectionList", "Tab", "TabPane", "Collapsible", "Placeholder", "TextArea", "Hit", "DiscoveryHit"),
    *("update", "notify", "from_markup", "add_leaf", "add_option", "add_row", "add_column", "add_columns"),
}
PARSING_ATTRIBUTES = {"border_title", "border_subtitle", "tooltip", "placeholder"}
DRAWING = [source for source in SOURCES if place(source).startswith(("app.py", "screens/", "widgets/"))]


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def says_markup_is_off(node: ast.Call) -> bool:
    return any(
        keyword.arg == "markup" and isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        for keyword in node.keywords
    )


def is_made_of_data(node: ast.expr) -> bool:
    """Whether a string is put together on the spot: by an f-string, ``%``, ``+`` or ``format``."""
    if isinstance(node, ast.BinOp):
        return is_made_of_data(node.left) or is_made_of_data(node.right) or _is_text(node.left)
    if isinstance(node, ast.IfExp):
        return is_made_of_data(node.body) or is_made_of_data(node.orelse)
    if isinstance(node, ast.Call):
        return called(node) == "format" and isinstance(node.func, ast.Attribute)
    return isinstance(node, ast.JoinedStr)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def own_names(tree: ast.AST) -> set[str]:
    """What a file takes from this program: a class of the same name as one of the library parses nothing."""
    imports = [
        node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and is_within(str(node.module), "tui")
    ]
    return {alias.asname or alias.name for node in imports for alias in node.names}


def may_parse(node: ast.Call, own: set[str]) -> bool:
    is_own = isinstance(node.func, ast.Name) and node.func.id in own
    return called(node) in PARSING and not is_own and not says_markup_is_off(node)


def unsafe_markup(tree: ast.AST) -> list[int]:
    """The lines at which text with data in it would be read as markup, or at which a notification may be."""
    own = own_names(tree)
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and may_parse(node, own):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            if called(node) == "notify" or any(is_made_of_data(value) for value in given):
                lines.append(node.lineno)
        if isinstance(node, ast.Assign) and is_made_of_data(node.value):
            targets = [target.attr for target in node.targets if isinstance(target, ast.Attribute)]
            lines += [node.lineno] * any(target in PARSING_ATTRIBUTES for target in targets)
    return lines


@pytest.mark.parametrize("source", DRAWING, ids=place)
def test_no_text_with_data_in_it_is_read_as_markup(source: Path) -> None:
    assert [f"{place(source)}:{line}" for line in unsafe_markup(tree_of(source))] == []


@pytest.mark.parametrize(
    "line",
    [
        "Static(f'{subject}')",
        "self.query_one(Label).update(f'at {place}')",
        "Label('Room: ' + room)",
        "Option('%s' % name)",
        "Button('{}'.format(name))",
        "Static(f'{subject}' if subject else '')",
        "Content.from_markup(f'[b]{title}[/b]')",
        "self.notify('saved')",
        "self.app.notify(text)",
        "self.notify(text, markup=True)",
        "self.border_title = f'{calendar}'",
    ],
)
def test_the_check_for_markup_finds_what_it_is_for(line: str) -> None:
    assert unsafe_markup(ast.parse(line)) == [1]


@pytest.mark.parametrize(
    "line",
    [
        "Static('Nothing yet')",
        "Static(f'{subject}', markup=False)",
        "Static(Content(f'{subject}'))",
        "Content.from_markup('[b]$title[/b]', title=title)",
        "self.notify(f'{count} sent', markup=False)",
        "counts.update(other)",
        "from tui.widgets.choices import Option; Option(f'{account}')",
        "self.border_title = Content(f'{calendar}')",
    ],
)
def test_the_check_for_markup_lets_safe_forms_pass(line: str) -> None:
    assert unsafe_markup(ast.parse(line)) == []
