"""Uploads of many crystals, and of what is none: limits and sentences."""

from itertools import islice

from crysformer.ui.session import shelf, state
from crysformer.ui.session.text import plain
from crysformer.ui.session.uploads import MAX_SENTENCES
from tests.fuzz.corpus import seeds
from tests.fuzz.mutate import mutants
from tests.support.crystal_files import cif, group
from tests.support.pages import POSCAR, SALT, app, text, upload, zipped


def test_a_zip_gives_all_its_crystals_and_a_sentence_for_each_bad_file(random_weights):
    test = app(crystal=SALT.id)
    other = POSCAR.replace("4.12", "4.30")
    upload(
        test,
        "many.zip",
        zipped({"one/CsCl.vasp": POSCAR, "bad.cif": "dear diary", "wide.vasp": other}),
    )
    assert [each.name for each in test.session_state[state.UPLOADS].values()] == [
        "one/CsCl.vasp",
        "wide.vasp",
    ]
    assert plain("one/CsCl.vasp") in text(test)
    assert len(test.error) == 1
    assert test.error[0].value.startswith("* bad")
    assert "Still shown" in test.error[0].value


def test_a_zip_of_rubbish_is_a_few_sentences_and_nothing_changes(random_weights):
    test = app(crystal=SALT.id)
    upload(test, "many.zip", zipped({f"{n}.cif": "dear diary" for n in range(9)}))
    said = test.error[0].value.split("\n")
    assert len(test.error) == 1
    assert len(said) == MAX_SENTENCES + 2
    assert plain("4 more files could not be read.") in said[-2]
    assert said[-1] == f"* {plain(f'Still shown: {SALT.name}.')}"
    test.button(key="dismiss_upload").click().run()
    assert not test.error
    assert test.session_state[state.CRYSTAL] == SALT.id


def test_a_zip_in_a_zip_is_refused(random_weights):
    test = app(crystal=SALT.id)
    upload(test, "outer.zip", zipped({"inner.zip": zipped({"a.vasp": POSCAR})}))
    assert "a zip within a zip" in test.error[0].value
    assert not test.session_state[state.UPLOADS]


def test_a_crystal_file_beyond_its_limit_is_refused(random_weights):
    test = app(crystal=SALT.id)
    upload(test, "large.cif", b"data_x" + b" " * 5_000_000)
    assert "larger than 5 MB" in test.error[0].value


def test_uploads_of_a_session_are_bounded(random_weights, monkeypatch):
    monkeypatch.setattr(shelf, "MAX_UPLOAD_BYTES", 2 * len(POSCAR))
    test = app(crystal=SALT.id)
    for width in ("4.12", "4.20", "4.30"):
        upload(test, f"{width}.vasp", POSCAR.replace("4.12", width).encode())
    kept = [each.name for each in test.session_state[state.UPLOADS].values()]
    assert kept == ["4.20.vasp", "4.30.vasp"]
    assert plain("4.30.vasp") in text(test)


def test_what_a_file_contradicts_is_said_beside_its_picture(random_weights):
    header = f"{group('F m -3 m')}\n_cell_volume 160"
    salt = cif([("Na1", 0, 0, 0, 1), ("Cl1", 0.5, 0.5, 0.5, 1)], header=header)
    test = app(crystal=SALT.id)
    upload(test, "salt.cif", salt.encode())
    assert not test.exception
    said = [warning.value for warning in test.warning]
    assert said == [
        plain("The file says that the cell has 160 Å³; its vectors span 179.41 Å³.")
    ]


def test_the_page_takes_whatever_the_fuzzer_makes(random_weights):
    test = app(crystal=SALT.id)
    for number, (_, content) in enumerate(islice(mutants(seeds(), seed=9), 8)):
        upload(test, f"\x1b[31m{number}\u202e.cif", content[:300_000])
        assert not test.exception
        for each in test.error:
            assert each.value.replace("\n", "").isprintable(), ascii(each.value)
