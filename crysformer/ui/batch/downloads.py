"""The results of a batch as files to take away."""

import io
import json
import zipfile

import streamlit as st

from crysformer import screening
from crysformer.ui.batch.job import BatchJob, archive_names

_ZIP_HELP = "A zip with the table, the JSON, the units and the files as you gave them"


def downloads(job: BatchJob) -> None:
    """Offer the results so far as files, made when they are asked for."""
    kinds = {
        "CSV": ("crystals.csv", "text/csv", lambda: csv_file(job)),
        "JSON": ("crystals.json", "application/json", lambda: json_file(job)),
        "Everything": ("crystals.zip", "application/zip", lambda: zip_file(job)),
    }
    for label, (name, mime, make) in kinds.items():
        st.download_button(
            label,
            make,
            file_name=name,
            mime=mime,
            on_click="ignore",
            icon=":material/download:",
            help=_ZIP_HELP if label == "Everything" else None,
        )


def csv_file(job: BatchJob) -> bytes:
    """The results as CSV, with the model's own numbers and their intervals.

    Cells are empty where a property is not defined.
    """
    return screening.output.to_csv(
        screening.output.table(
            job.rows, screening.output.shown_keys(job.predictor), intervals=True
        )
    ).encode()


def json_file(job: BatchJob) -> bytes:
    """The results as a JSON list, each number with its unit."""
    answers = [screening.output.answer(row, job.predictor) for row in job.rows]
    return json.dumps(answers, indent=1, ensure_ascii=False).encode()


def zip_file(job: BatchJob) -> bytes:
    """Table, JSON, units and the files themselves in one zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("crystals.csv", csv_file(job))
        archive.writestr("crystals.json", json_file(job))
        meaning = json.dumps(
            screening.output.units(job.predictor), indent=1, ensure_ascii=False
        )
        archive.writestr("units.json", meaning)
        files = [(name, data) for name, data in job.inputs if isinstance(data, bytes)]
        names = archive_names([name for name, _ in files])
        for name, (_, content) in zip(names, files, strict=True):
            archive.writestr(f"files/{name}", content)
    return stream.getvalue()
