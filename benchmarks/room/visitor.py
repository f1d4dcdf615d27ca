"""One visitor of the app without a browser: what a browser sends, and what it gets.

It speaks Streamlit's own protocol over its websocket: keeps the elements of the page, the
cache of long messages, the query and the states of widgets it has changed, and repeats
those parts of a page that the server tells it to repeat.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.room.long_messages import LongMessages

_DONE = ForwardMsg.FINISHED_SUCCESSFULLY
_PART_DONE = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
_TRIGGERS = ("trigger_value", "string_trigger_value", "json_trigger_value")


class Visitor:
    """A session of its own; its page is what a browser would show.

    Args:
        address: Of the server, such as ``127.0.0.1:8501``.
        patience: Seconds to wait for any answer.
    """

    def __init__(self, address: str, patience: float = 120.0) -> None:
        self.address, self.patience = address, patience
        self.page = ""
        self.session_id = ""
        self.query = ""
        self.elements: dict[tuple[int, ...], tuple[str, Any]] = {}
        self.received = 0
        self._widgets: dict[str, WidgetState] = {}
        self._long = LongMessages()
        self._repeats: dict[str, asyncio.Task[None]] = {}
        self._finished: asyncio.Queue[int | Exception] = asyncio.Queue()
        self._files: asyncio.Queue[Any] = asyncio.Queue()
        self._touched: set[tuple[int, ...]] = set()
        self._fragments: dict[str, str] = {}

    async def __aenter__(self) -> "Visitor":
        self._socket = await websockets.connect(
            f"ws://{self.address}/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            max_size=None,
            compression=None,
        )
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop_repeats()
        await self._socket.close()
        self._listening.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await self._listening

    async def open(self, page: str = "", query: str = "") -> float:
        """Follow a link to a page and return the seconds until it stands complete.

        Args:
            page: Hash of the page's script, or empty for the first page.
            query: Of the link.
        """
        self._stop_repeats()
        self.page, self.query = page, query
        return await self._rerun()

    async def change(self, key: str, value: Any) -> float:
        """Change a widget, press a button, or report what a component would.

        Args:
            key: The widget's key, or its label where it has none.
            value: What it is set to; ``True`` for a button.
        """
        kind, widget = self.find(key)
        self._set(kind, widget, value)
        return await self._rerun(self._fragments.get(widget.id, ""))

    async def submit(self, texts: dict[str, str], button: str) -> float:
        """Fill the fields of a form and press its button."""
        for key, text in texts.items():
            self._set(*self.find(key), text)
        return await self.change(button, True)

    def find(self, key: str) -> tuple[str, Any]:
        """Return kind and message of the widget with a key or a label.

        Raises:
            LookupError: The page has none.
        """
        for kind, element in self.elements.values():
            id_ = getattr(element, "id", "")
            if id_ and (id_.endswith(f"-{key}") or getattr(element, "label", "") == key):
                return kind, element
        raise LookupError(f"There is no widget {key} among {sorted(self.labels())}")

    def labels(self) -> Iterator[str]:
        """Names of all widgets of the page."""
        for _, element in self.elements.values():
            if getattr(element, "id", ""):
                yield getattr(element, "label", "") or element.id.rpartition("-")[2]

    def link(self, label: str) -> tuple[str, str]:
        """Return page and query of a link in the menu."""
        for kind, element in self.elements.values():
            if kind == "page_link" and element.label == label:
                return element.page_script_hash, element.query_string
        raise LookupError(f"There is no link to {label}")

    def text(self) -> str:
        """All that the page says in words."""
        said = []
        for _, element in self.elements.values():
            said += [getattr(element, name, "") for name in ("body", "text")]
        return "\n".join(filter(None, (str(each) for each in said)))

    def scene(self) -> dict[str, Any] | None:
        """What the first view of a crystal draws."""
        for kind, element in self.elements.values():
            if kind == "bidi_component" and "crystal_view" in element.component_name:
                [data] = json.loads(element.json)
                return data["scene"]
        return None

    def faults(self) -> list[str]:
        """Errors that the page shows."""
        return [
            f"{kind}: {getattr(element, 'body', '') or getattr(element, 'message', '')}"
            for kind, element in self.elements.values()
            if kind == "exception"
            or (kind == "alert" and element.format == element.ERROR)
        ]

    def _set(self, kind: str, widget: Any, value: Any) -> None:
        state = WidgetState(id=widget.id)
        if kind == "button":
            state.trigger_value = True
        elif kind == "checkbox":
            state.bool_value = value
        elif kind in ("button_group", "multiselect"):
            state.string_array_value.data.extend([value] if kind[0] == "b" else value)
        elif (
            kind == "slider"
        ):  # Where it slides over words; over numbers they are double.
            state.string_array_value.data.append(value)
        elif kind == "number_input":
            state.double_value = value
        else:
            state.string_value = value
        self._widgets[widget.id] = state
        if name := getattr(widget, "query_param_key", ""):
            query = parse_qs(self.query)
            query[name] = [str(value).lower() if isinstance(value, bool) else str(value)]
            self.query = urlencode(query, doseq=True)

    async def _rerun(self, fragment: str = "") -> float:
        while not self._finished.empty():
            self._finished.get_nowait()
        start = time.perf_counter()
        await self._send(fragment)
        wanted = _PART_DONE if fragment else _DONE
        async with asyncio.timeout(self.patience):
            while (found := await self._finished.get()) != wanted:
                if isinstance(found, Exception):
                    raise found
        return time.perf_counter() - start

    async def _send(self, fragment: str = "", *, repeated: bool = False) -> None:
        state = ClientState(
            query_string=self.query,
            page_script_hash=self.page,
            fragment_id=fragment,
            is_auto_rerun=repeated,
            cached_message_hashes=list(self._long),
        )
        state.widget_states.widgets.extend(self._widgets.values())
        state.context_info.url = f"http://{self.address}/"
        state.context_info.color_scheme = "light"
        for id_, each in list(self._widgets.items()):
            if each.WhichOneof("value") in _TRIGGERS:
                del self._widgets[id_]
        await self._socket.send(BackMsg(rerun_script=state).SerializeToString())

    async def _listen(self) -> None:
        try:
            async for content in self._socket:
                self.received += len(content)
                message = ForwardMsg()
                message.ParseFromString(content)
                self._take(message)
        except Exception as error:  # Whoever waits for the page is told.
            self._finished.put_nowait(error)

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            known = self._long.again(message.ref_hash)
            self._place(message.metadata, known.delta)
        elif kind == "delta":
            self._long.keep(message)
            self._place(message.metadata, message.delta)
        elif kind == "new_session":
            new = message.new_session
            self._long.run_begins(new, list(message.metadata.run.fragment_ids))
            self.session_id = new.initialize.session_id or self.session_id
            self.page = new.page_script_hash
            if not message.metadata.run.fragment_ids:
                self._stop_repeats()
                self._touched.clear()
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            asked = message.auto_rerun
            if asked.fragment_id not in self._repeats:
                self._repeats[asked.fragment_id] = asyncio.create_task(
                    self._repeat(asked.fragment_id, asked.interval)
                )
        elif kind == "stop_auto_rerun":
            self._stop_repeats()
        elif kind == "file_urls_response":
            self._files.put_nowait(message.file_urls_response)
        elif kind == "script_finished":
            if message.script_finished in (_DONE, _PART_DONE):
                self._long.run_ends()
            if message.script_finished == _DONE:
                for path in self.elements.keys() - self._touched:
                    del self.elements[path]
            self._finished.put_nowait(message.script_finished)

    def _place(self, metadata: Any, delta: Any) -> None:
        path = tuple(metadata.delta_path)
        self._touched.add(path)
        what = delta.WhichOneof("type")
        if what == "new_transient":
            return
        content = delta.new_element if what == "new_element" else delta.add_block
        kind = content.WhichOneof("type")
        if kind is None:
            return
        element = getattr(content, kind)
        self.elements[path] = kind, element
        if getattr(element, "id", ""):
            self._fragments[element.id] = delta.fragment_id
            if getattr(element, "set_value", False):
                # The page has set it; a browser would say so from now on.
                self._widgets.pop(element.id, None)

    async def _repeat(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self._send(fragment, repeated=True)

    def _stop_repeats(self) -> None:
        for task in self._repeats.values():
            task.cancel()
        self._repeats.clear()
