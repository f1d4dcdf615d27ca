"""What the project knows of the public data releases: addresses, keys, splits.

``jarvis`` is JARVIS-DFT dft_3d of 2021.8.18 (Choudhary et al., npj Comput. Mater. 6, 173
(2020)); ``mp`` the MP-2018.6.1 crystals of MEGNet (Chen et al., Chem. Mater. 31, 3564
(2019)) as JARVIS republishes them, with hull distances and moduli.

Read in the publishers' sources: the file ids and the meaning of "na" (jarvis-tools,
``jarvis/db/figshare.py``), the split of jarvis (ALIGNN, ``alignn/data.py``), the keys of
the records (printed listings of both files), the number of records (jarvis-tools,
``docs/databases.md``), the form of the published split (JARVIS-Leaderboard,
``format_data.py``). Checked against the project's own copy of jarvis: sizes, order and
membership of the split.

Not checked, for want of a network: the sizes of the archives, whether figshare still
states an MD5 for files this old, that mp's moduli are in GPa, and that the split that is
published for mp is the one behind the project's own copy. So before testing weights
trained on that copy, drop from mp's ``test.jsonl.gz`` every id of their training.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from crysformer.properties.entry import Property, ReleaseName
from crysformer.properties.table import PROPERTIES

# The web address of a figshare file answers programs with a bot challenge; the same file
# under the API's address does not (github.com/neuromorphs/tonic/pull/337).
FIGSHARE = "https://api.figshare.com/v2"
SPLIT_IDS = (
    "https://raw.githubusercontent.com/usnistgov/jarvis_leaderboard/"
    "57b39e28f3719702811fcc50c752542e032e785d/jarvis_leaderboard/benchmarks/AI/"
    "SinglePropertyPrediction/megnet_e_form.json.zip"
)


@dataclass(frozen=True, kw_only=True)
class Release:
    """One public release: where it lies, how its records read, how it is split.

    Which labels it has stands in the table of properties.

    Attributes:
        name: As the table of properties calls it.
        url: Address of a zip that holds one JSON list of records.
        md5_url: Address of figshare's record of that file, which may state its MD5.
        n_records: Length of the list; the split is defined on this very list.
        id_key: Key of a record's identifier.
        split_label: Label (ours) a record needs to take part in a computed split.
        split_url: Address of a zip with the ids of each part; empty to compute the split.
        split_sizes: Train, validation and test ids such a zip must hold.
        max_bytes: Download size above which something else must be at ``url``.
    """

    name: ReleaseName
    url: str
    md5_url: str
    n_records: int
    id_key: str
    split_label: str
    split_url: str = ""
    split_sizes: tuple[int, int, int] = (0, 0, 0)
    max_bytes: int

    @cached_property
    def labels(self) -> dict[str, str]:
        """The publisher's key of every label, and ours."""
        return {
            released: column
            for each in self._properties
            for released, column in zip(each.released_columns, each.columns, strict=True)
        }

    @cached_property
    def optional(self) -> frozenset[str]:
        """Labels (ours) that the release may lack altogether."""
        return _columns(each for each in self._properties if each.optional)

    @cached_property
    def positive(self) -> frozenset[str]:
        """Labels (ours) whose values of zero or less are failed calculations."""
        return _columns(each for each in self._properties if each.positive)

    @cached_property
    def _properties(self) -> tuple[Property, ...]:
        return tuple(each for each in PROPERTIES.values() if each.release == self.name)


def _columns(properties: Iterable[Property]) -> frozenset[str]:
    return frozenset(column for each in properties for column in each.columns)


_RELEASES = (
    Release(
        name="jarvis",
        url=f"{FIGSHARE}/file/download/29204826",
        md5_url=f"{FIGSHARE}/articles/6815699/files/29204826",
        n_records=55_723,
        id_key="jid",
        split_label="formation_energy_peratom",
        max_bytes=1 << 30,
    ),
    Release(
        name="mp",
        url=f"{FIGSHARE}/file/download/26724977",
        md5_url=f"{FIGSHARE}/articles/14177630/files/26724977",
        n_records=69_239,
        id_key="id",
        split_label="formation_energy_per_atom",
        split_url=SPLIT_IDS,
        split_sizes=(60_000, 5_000, 4_239),
        max_bytes=4 << 30,  # every record carries 1,557 descriptors that are not kept
    ),
)

RELEASES: Mapping[str, Release] = {release.name: release for release in _RELEASES}
