"""The file of tokens: private, whole after a crash, shared by processes, and never thrown away."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from token_workload import event, names

from tui.errors import StoreError
from tui.outlook.private_files import replace_private
from tui.outlook.token_key import token_key
from tui.outlook.token_store import KeyringUnavailable, TokenStorage, TokenStore, open_token_store, storage_in_use

ANA, BEN = "ana@contoso.example", "ben@contoso.example"
KEYRING, FILE, MEMORY = TokenStorage.KEYRING, TokenStorage.FILE, TokenStorage.MEMORY
WORKLOAD = Path(__file__).with_name("token_workload.py")


class Ring:
    """A keyring that works."""

    priority = 5.0

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class Placeholder(Ring):
    """What the keyring library gives where there is none."""

    priority = 0.0


class Locked(Ring):
    """A keyring that refuses."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("\x1b[31mlocked")


class Forgetful(Ring):
    """A keyring that keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Garbled(Ring):
    """A keyring with something else under our name."""

    def get_password(self, service: str, username: str) -> str | None:
        return "not a key"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def tokens_file(directory: Path) -> Path:
    return directory / "tokens"


def opened(directory: Path, storage: TokenStorage = FILE, keyring: Any = None) -> TokenStore:
    return open_token_store(directory, storage, keyring)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_a_sign_in_is_there_after_a_restart(directory: Path) -> None:
    opened(directory).add(event("ana"))
    store = opened(directory)
    assert names(store) == {ANA}
    assert store.notices == ()
    assert [entry["secret"] for entry in store.search("RefreshToken")] == ["refresh-secret-ana"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_file_and_directory_are_only_for_their_owner_whatever_the_umask(directory: Path) -> None:
    before = os.umask(0)
    try:
        opened(directory).add(event("ana"))
    finally:
        os.umask(before)
    assert mode(directory) == 0o700
    assert {path.name: mode(path) for path in directory.iterdir()} == {"tokens": 0o600, "tokens.lock": 0o600}


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_wider_permissions_are_narrowed_when_the_file_is_opened(directory: Path) -> None:
    opened(directory).add(event("ana"))
    directory.chmod(0o755)
    tokens_file(directory).chmod(0o644)
    assert names(opened(directory)) == {ANA}
    assert (mode(directory), mode(tokens_file(directory))) == (0o700, 0o600)


def test_memory_writes_nothing(directory: Path) -> None:
    store = opened(directory, MEMORY)
    store.add(event("ana"))
    assert names(store) == {ANA}
    assert not directory.exists()


def test_an_encrypted_file_holds_no_token_and_no_name(directory: Path) -> None:
    ring = Ring()
    opened(directory, KEYRING, ring).add(event("ana"))
    data = tokens_file(directory).read_bytes()
    assert not [word for word in (b"secret", b"ana", b"RefreshToken", b"login") if word in data]
    assert names(opened(directory, KEYRING, ring)) == {ANA}
    assert [len(key) for key in ring.kept.values()] == [44]


@pytest.mark.parametrize("keyring", [Placeholder(), Locked(), Forgetful(), Garbled()])
def test_without_a_working_keyring_nothing_is_written_before_the_person_was_asked(
    directory: Path, keyring: Ring
) -> None:
    with pytest.raises(KeyringUnavailable) as refused:
        opened(directory, KEYRING, keyring)
    assert "--token-storage" in refused.value.hint
    assert str(refused.value).isprintable()
    assert not tokens_file(directory).exists()


def test_a_keyring_that_hangs_is_given_up_and_does_not_hold_up_the_end(directory: Path) -> None:
    release = threading.Event()

    class Hanging(Ring):
        def get_password(self, service: str, username: str) -> str | None:
            release.wait(30)
            return None

    with pytest.raises(KeyringUnavailable, match="did not answer"):
        token_key(Hanging(), wait_seconds=0.01)
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "keyring")
    release.set()


def test_the_key_is_the_one_that_the_keyring_kept_when_two_processes_make_it_at_once() -> None:
    other = Fernet.generate_key().decode()

    class Raced(Ring):
        def set_password(self, service: str, username: str, password: str) -> None:
            super().set_password(service, username, other)

    ring = Raced()
    assert token_key(ring).decrypt(Fernet(other).encrypt(b"x")) == b"x"


def test_a_file_is_rewritten_in_the_form_that_is_asked_for(directory: Path) -> None:
    ring = Ring()
    assert storage_in_use(directory) is None
    opened(directory).add(event("ana"))
    assert storage_in_use(directory) is FILE
    assert names(opened(directory, KEYRING, ring)) == {ANA}
    assert storage_in_use(directory) is KEYRING
    assert b"secret" not in tokens_file(directory).read_bytes()
    assert names(opened(directory, FILE, ring)) == {ANA}
    assert storage_in_use(directory) is FILE


def test_an_encrypted_file_without_its_keyring_is_kept_aside_when_plain_files_are_chosen(directory: Path) -> None:
    opened(directory, KEYRING, Ring()).add(event("ana"))
    data = tokens_file(directory).read_bytes()
    store = opened(directory, FILE, Placeholder())
    assert names(store) == set()
    assert [path.read_bytes() for path in directory.glob("tokens.corrupt-*")] == [data]
    assert len(store.notices) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data + b"}",
        lambda data: b"null",
        lambda data: b"[1, 2]",
        lambda data: b'{"AccessToken": {"a": 5}}',
        lambda data: b"\x00" * len(data),
        lambda data: b"\xff\xfe" + data,
        lambda data: b"[" * 100_000,
        lambda data: b"gAAAA" + data,
    ],
)
def test_a_damaged_file_is_kept_aside_and_said_so_and_signing_in_works(directory: Path, damage: Any) -> None:
    ring = Ring()
    opened(directory, FILE, ring).add(event("ana"))
    damaged = damage(tokens_file(directory).read_bytes())
    tokens_file(directory).write_bytes(damaged)
    store = opened(directory, FILE, ring)
    assert names(store) == set()
    assert [path.read_bytes() for path in directory.glob("tokens.corrupt-*")] == [damaged]
    assert len(store.notices) == 1
    assert "sign in again" in store.notices[0]
    store.add(event("ben"))
    assert names(opened(directory, FILE, ring)) == {BEN}


def test_a_lost_key_keeps_the_file_aside(directory: Path) -> None:
    opened(directory, KEYRING, Ring()).add(event("ana"))
    store = opened(directory, KEYRING, Ring())
    assert names(store) == set()
    assert len(list(directory.glob("tokens.corrupt-*"))) == 1
    assert store.notices


def test_damage_while_the_program_runs_is_noticed_at_the_next_look(directory: Path) -> None:
    store = opened(directory)
    store.add(event("ana"))
    tokens_file(directory).write_bytes(b"{")
    assert names(store) == set()
    assert len(store.notices) == 1


@pytest.mark.skipif(os.name == "nt", reason="symbolic links")
@pytest.mark.parametrize("place", ["tokens", "tokens.lock", ""])
def test_a_symbolic_link_is_refused_and_its_target_left_alone(directory: Path, tmp_path: Path, place: str) -> None:
    target = tmp_path / "target"
    if place:
        directory.mkdir(mode=0o700)
        target.write_text("precious")
        (directory / place).symlink_to(target)
    else:
        target.mkdir()
        directory.symlink_to(target)
    with pytest.raises(StoreError):
        opened(directory).add(event("ana"))
    assert target.read_text() == "precious" if place else list(target.iterdir()) == []


def test_a_directory_in_the_place_of_the_file_is_an_error_with_its_path(directory: Path) -> None:
    tokens_file(directory).mkdir(parents=True)
    with pytest.raises(StoreError, match="tokens"):
        opened(directory)


def test_one_sign_in_is_one_write(directory: Path) -> None:
    store = opened(directory)
    store.add(event("ana"))
    first = tokens_file(directory).stat().st_ino
    store.add(event("ben"))
    seen = {first, tokens_file(directory).stat().st_ino}
    assert len(seen) == 2
    unchanged = tokens_file(directory).stat().st_mtime_ns
    assert names(store) == {ANA, BEN}
    assert tokens_file(directory).stat().st_mtime_ns == unchanged


def test_two_open_stores_see_each_others_accounts_at_once(directory: Path) -> None:
    first, second = opened(directory), opened(directory)
    first.add(event("ana"))
    second.add(event("ben"))
    assert names(first) == names(second) == {ANA, BEN}
    second.forget("ana.tenant")
    assert names(first) == {BEN}
    assert "secret-ana" not in tokens_file(directory).read_text()


def test_two_processes_that_sign_in_at_once_lose_nothing(directory: Path) -> None:
    command = [sys.executable, str(WORKLOAD), str(directory)]
    processes = [subprocess.Popen([*command, name, "12"]) for name in ("a", "b")]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert names(opened(directory)) == {f"{name}{number}@contoso.example" for name in "ab" for number in range(12)}


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_process_that_is_killed_leaves_a_whole_file_and_no_lock(directory: Path) -> None:
    opened(directory).add(event("ana"))
    for _ in range(3):
        with subprocess.Popen([sys.executable, str(WORKLOAD), str(directory), "k", "100000"]) as process:
            try:
                store = opened(directory)
                while len(names(store)) < 3:
                    assert process.poll() is None
            finally:
                process.send_signal(signal.SIGKILL)
        after = opened(directory)
        assert ANA in names(after)
        assert after.notices == ()
        for name in names(after) - {ANA}:
            after.forget(name.replace("@contoso.example", ".tenant"))
    assert sorted(path.name for path in directory.iterdir()) == ["tokens", "tokens.lock"]


def test_leftovers_of_a_killed_write_are_removed_at_the_next_start(directory: Path) -> None:
    opened(directory).add(event("ana"))
    (directory / ".tokens-abc.new").write_text("refresh-secret")
    assert names(opened(directory)) == {ANA}
    assert not list(directory.glob(".tokens-*"))


def test_a_failing_disk_keeps_the_sign_in_in_memory_says_so_and_is_made_up_for_later(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(directory)
    store.add(event("ana"))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        store.add(event("ben"))
        assert names(store) == {ANA, BEN}
        assert "No space left on device" in store.notices[0]
        assert names(opened(directory)) == {ANA}
        assert sorted(path.name for path in directory.iterdir()) == ["tokens", "tokens.lock"]
    opened(directory).add(event("eva"))
    assert names(store) == {ANA, BEN, "eva@contoso.example"}
    store.add(event("max"))
    assert names(opened(directory)) == {ANA, BEN, "eva@contoso.example", "max@contoso.example"}


def test_a_replaced_file_is_the_old_or_the_new_one_and_never_half(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.mkdir()
    path = directory / "file"
    replace_private(path, b"old")

    def broken(self: Path, target: Path) -> Path:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", broken)
        with pytest.raises(StoreError, match="Input/output error"):
            replace_private(path, b"new")
    assert path.read_bytes() == b"old"
    assert [found.name for found in directory.iterdir()] == ["file"]


def test_tokens_without_an_account_are_never_kept(directory: Path) -> None:
    store = opened(directory)
    store.add(event("ana"))
    refresh_token = next(iter(list(store.search("RefreshToken"))))
    store.forget("ana.tenant")
    # A refresh that was under way reports its tokens as MSAL does: without making an account.
    store.add({**event("ana", "late"), "grant_type": "refresh_token", "skip_account_creation": True})
    store.update_rt(refresh_token, "late")
    assert "late" not in tokens_file(directory).read_text()
    assert [key for key, entries in json.loads(tokens_file(directory).read_text()).items() if entries] == [
        "AppMetadata"
    ]


def test_many_threads_may_read_and_write_at_once(directory: Path) -> None:
    store = opened(directory)
    threads = [threading.Thread(target=lambda place=place: store.add(event(f"t{place}"))) for place in range(8)]
    threads += [threading.Thread(target=lambda: names(store)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert names(opened(directory)) == {f"t{place}@contoso.example" for place in range(8)}


def test_neither_tokens_nor_keys_are_in_what_is_written_of_a_store(directory: Path) -> None:
    ring = Ring()
    store = opened(directory, KEYRING, ring)
    store.add(event("ana"))
    assert repr(store) == "TokenStore(keyring)"
    assert not [key for key in ring.kept.values() if key in repr(token_key(ring))]
