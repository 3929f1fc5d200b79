"""Personal text is landed as salted hashes and domains: equal people stay equal, and no address is in the typed tables."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.contracts import ContractError, TableContract, load_contracts
from tests.landing.house import Lander, make_contract
from tests.landing.test_contracts import META, manifest

PEOPLE = {
    "id": "varchar",
    "email_hash": ("varchar", {"source_name": "email", "derive": "email_hash"}),
    "email_domain": ("varchar", {"source_name": "email", "derive": "email_domain"}),
    "mailbox_hash": ("varchar", {"source_name": "email", "derive": "email_alias_hash"}),
    "device_hash": ("varchar", {"source_name": "device", "derive": "hash"}),
}


def contract(salt: str) -> TableContract:
    made = make_contract(PEOPLE, key=["id"])
    return replace(made, columns=tuple(replace(column, salt=salt) if "hash" in column.derive else column for column in made.columns))


def by_hand(salt: str, text: str) -> str:
    """RFC 2104, as the standard library has it."""
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()


def test_addresses_and_devices_land_as_hashes_of_their_normal_form(lander: Lander) -> None:
    people = (
        b"1, Ada.Byron+news@GMail.com ,phone 7",
        b"2,adabyron@googlemail.com,phone 7",
        b"3,ada.byron+x@firm.example,",
        b"4,,",
        b"5,no address,x",
    )
    csv = b"\n".join((b"id,email,device", *people, b""))
    result = lander.land_one(contract("s1"), csv)
    assert (result.accepted, result.quarantined) == (5, 0)
    rows = {row[0]: row[1:] for row in lander.rows(contract("s1"))}
    one_mailbox = by_hand("s1", "adabyron@gmail.com")
    assert rows["1"] == (by_hand("s1", "ada.byron+news@gmail.com"), "gmail.com", one_mailbox, by_hand("s1", "phone 7"))
    assert rows["2"] == (by_hand("s1", "adabyron@googlemail.com"), "googlemail.com", one_mailbox, by_hand("s1", "phone 7"))
    # Another host may deliver ada.byron and adabyron to two people: its dots stay.
    assert rows["3"] == (by_hand("s1", "ada.byron+x@firm.example"), "firm.example", by_hand("s1", "ada.byron@firm.example"), None)
    assert rows["4"] == (None, None, None, None)
    assert rows["5"][1] is None


@pytest.mark.parametrize("name, kind", [("people.ndjson", "ndjson"), ("people.json", "json")])
def test_every_reader_shares_one_header_among_the_columns_that_derive_from_it(lander: Lander, name: str, kind: str) -> None:
    one = {"id": "1", "email": "a@b.example", "device": "d"}
    content = json.dumps(one) + "\n" if kind == "ndjson" else json.dumps([one])
    made = replace(contract("s"), format=replace(contract("s").format, type=kind))
    lander.land_one(made, content.encode(), name)
    assert lander.rows(made) == [("1", by_hand("s", "a@b.example"), "b.example", by_hand("s", "a@b.example"), by_hand("s", "d"))]


def test_no_typed_file_and_no_manifest_holds_the_address_or_the_salt(lander: Lander) -> None:
    lander.land_one(contract("canary-salt"), b"id,email,device\n1,canary@person.example,canary-device\n")
    files = [path for path in lander.lake.rglob("*") if path.is_file() and "_raw" not in path.parts]
    assert files
    for path in files:
        assert b"canary" not in path.read_bytes(), path
    assert "canary" not in repr(contract("canary-salt"))


def test_another_salt_is_another_contract_and_replay_lands_anew(lander: Lander) -> None:
    csv = b"id,email,device\n1,a@b.example,d\n"
    lander.land_one(contract("old"), csv)
    assert contract("old").contract_hash != contract("new").contract_hash
    lander.replay(contract("new"), older_contracts=True)
    assert lander.rows(contract("new"), "device_hash") == [(by_hand("new", "d"),)]


def test_the_salt_reaches_hashes_only(tmp_path: Path) -> None:
    columns = {
        "id": {"data_type": "varchar"},
        "at": {"data_type": "timestamp"},
        "who": {"data_type": "varchar", "config": {"meta": {"derive": "hash", "source_name": "email"}}},
        "host": {"data_type": "varchar", "config": {"meta": {"derive": "email_domain", "source_name": "email"}}},
    }
    made = load_contracts(manifest(tmp_path, META, columns), "s")["vendor", "things"]
    assert [column.salt for column in made.columns] == ["", "", "s", ""]
    assert [column.name for column in made.read_columns] == ["id", "at", "who"]


@pytest.mark.parametrize(
    "column, words",
    [
        ({"data_type": "varchar", "config": {"meta": {"derive": "md5"}}}, "derive: expected hash or email_hash"),
        ({"data_type": "bigint", "config": {"meta": {"derive": "hash"}}}, "derive: expected data_type varchar, got bigint"),
    ],
)
def test_a_wrong_derivation_is_told(tmp_path: Path, column: dict, words: str) -> None:
    with pytest.raises(ContractError, match=words):
        load_contracts(manifest(tmp_path, META, {"id": {"data_type": "varchar"}, "at": {"data_type": "timestamp"}, "who": column}))
