"""Names of sites."""

from crysformer.structure.labels import site_labels


def test_labels_count_each_element():
    assert site_labels(["Na", "Cl", "Na"]) == ["Na1", "Cl1", "Na2"]
