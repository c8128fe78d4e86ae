"""Which addresses are opened, which are asked about, and which are refused."""

from __future__ import annotations

import pytest

from tui.screens.links import read_link
from tui.screens.web_page import may_open

LONG = "https://teams.microsoft.com/" + "x" * 100_000
AT_ONCE = (
    "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%22Tid%22%3a%221%22%7d",
    "https://teams.live.com/meet/9312",
    "https://TEAMS.microsoft.com/l/1",
    "https://zoom.us/j/123456789?pwd=abc",
    "https://fabrikam.zoom.us/j/1",
    "https://meet.google.com/abc-defg-hij",
    "https://contoso.webex.com/meet/ana",
    "https://meet.goto.com/1",
    "https://whereby.com/ana",
    "https://outlook.office365.com/owa/?itemid=AAMk&exvsurl=1&path=/calendar/item",
    "https://outlook.live.com/calendar/item/1",
    "https://teams.microsoft.com:443/l/1",
    "https://teams.microsoft.com./l/1",
)
ASKED = {
    "https://example.com/meeting": (),
    "https://example.com": (),
    "http://teams.microsoft.com/l/1": ("not encrypted",),
    "http://intranet/room": ("not encrypted",),
    "https://teams.microsoft.com.evil.example/l/1": (),
    "https://evilteams.microsoft.com.example": (),
    "https://notzoom.us/j/1": (),
    "https://zoom.us.evil.example/j/1": (),
    "https://example.com:8443/x": ("unusual port: 8443",),
    "https://teams.microsoft.com:8443/x": ("unusual port: 8443",),
    "https://192.0.2.7/x": ("a number",),
    "https://[2001:db8::1]/x": ("a number",),
    "https://xn--bcher-kva.example/": ("bücher", "other letters"),
    "https://bücher.example/": ("other letters",),
    "https://xn--teams-microsft-clk.example/": ("other letters",),
    "https://tеams.example/": ("other letters", "mixes scripts"),
    "https://аррӏе.example/": ("other letters",),
    "https://日本のカナ.example/": ("other letters",),
    "https://example.com/ünïcode?q=漢字": (),
    "https://example.com/-rf": (),
    "https://example.com/?next=javascript:alert(1)": (),
    "https://example.com/#fragment": (),
    "https://localhost:8080/": ("unusual port: 8080",),
}
REFUSED = (
    "",
    " ",
    "example.com",
    "//example.com",
    "/etc/passwd",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>",
    "smb://server/share",
    "ms-teams:/l/1",
    "ftp://example.com/x",
    "vbscript:x",
    "mailto:ana@example.com",
    "-https://example.com",
    "--new-window=https://example.com",
    "https://",
    "https:///path",
    "https://:443/",
    "https://user@example.com/",
    "https://user:word@example.com/",
    "https://teams.microsoft.com@evil.example/",
    "https://teams.microsoft.com%40evil.example/",
    "https://evil.example\\@teams.microsoft.com/",
    "https:\\\\example.com\\",
    "https://example.com/\nSet-Cookie: x",
    "https://example.com/\r",
    "https://exa\tmple.com/",
    "https://example.com/a b",
    "https://example.com/\x00",
    "https://example.com/\x1b]52;c;x\x07",
    "https://example.com/\u202egnp.exe",
    "https://example.com/%action",
    "https://example.com/%ACTION(--help)",
    "https://example.com:99999/",
    "https://example.com:x/",
    "https://[::1",
    "https://exa mple.com/",
    "https://-example.com/",
    "https://example..com/",
    "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 200 + "example/",
    LONG,
)


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(AT_ONCE) + len(ASKED) + len(REFUSED) >= 60


@pytest.mark.parametrize("address", AT_ONCE)
def test_hosts_of_meetings_open_at_once(address: str) -> None:
    link = read_link(address)

    assert link.kind in ("meeting", "Outlook")
    assert not link.asks


@pytest.mark.parametrize("address", ASKED)
def test_every_other_host_is_shown_first_with_what_to_know_of_it(address: str) -> None:
    link = read_link(address)

    assert link.asks
    for word in ASKED[address]:
        assert any(word in badge for badge in link.badges), link.badges
    assert len(link.badges) >= bool(ASKED[address])


@pytest.mark.parametrize("address", REFUSED, ids=range(len(REFUSED)))
def test_what_may_lead_elsewhere_is_refused_in_words(address: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_link(address)

    assert str(caught.value).endswith(".")
    assert str(caught.value).isprintable()
    assert not may_open(address, is_demo=True)


@pytest.mark.parametrize("address", [*AT_ONCE, *ASKED])
def test_what_is_opened_is_ascii_put_together_anew_and_stays_so(address: str) -> None:
    rebuilt = read_link(address).address

    assert rebuilt.isascii()
    assert rebuilt.isprintable()
    assert not set(rebuilt) & set(' \\"<>^`{|}')
    assert read_link(rebuilt).address == rebuilt


def test_a_host_in_other_letters_is_shown_as_the_name_system_knows_it() -> None:
    assert read_link("https://bücher.example/").host == "xn--bcher-kva.example"


def test_a_page_of_this_machine_is_only_opened_in_the_demo() -> None:
    assert may_open("http://127.0.0.1:8080/device", is_demo=True)
    assert not may_open("http://127.0.0.1:8080/device", is_demo=False)
    assert not may_open("http://example.com/device", is_demo=True)
