"""The text of one answer while it comes in, read no faster than it is spoken."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from wyoming.tts import SynthesizeVoice

from wyoming_kokoro.answering.backlog import Share
from wyoming_kokoro.text.paragraphs import Paragraphs
from wyoming_kokoro.text.sentences import SentenceSplitter
from wyoming_kokoro.text.short import count_together

SLICE = 512
"""Characters that are read in one go, which takes less than a millisecond: the event loop is everybody's."""


class Request:
    def __init__(
        self,
        voice: SynthesizeVoice,
        share: Share | None = None,
        *,
        streaming: bool,
        flush_after: float,
        ssml: bool = False,
        protocol: str = "wyoming",
        speed: float = 1.0,
        gain: float = 0.0,
    ) -> None:
        """`flush_after`: a pause of the text of so many seconds ends a sentence that looks finished; 0: none does.
        `share`: where it is counted what waits. `speed`, a factor, and `gain`, in dB, go on top of the voice's own."""
        self.voice = voice
        self.protocol = protocol
        self.speed = speed
        self.gain = gain
        self.is_starved = False
        """Whether its answer waits for more text."""
        self._share = share
        self.streaming = streaming
        self.ssml = ssml
        self._clock = asyncio.get_running_loop().time
        self.since = self._clock()
        self._flush_after = flush_after
        self._splitter = SentenceSplitter()
        self._paragraphs = Paragraphs() if ssml else None
        self._slices: deque[str] = deque()
        """What came in and was not yet read, at most SLICE characters each."""
        self._unread = 0
        self._sentences: deque[str] = deque()
        self._unspoken = 0
        self._latest = self.since
        """When text came in."""
        self._news = asyncio.Event()
        """Set by text or its end."""
        self._is_finished = False
        self._is_flushed = True

    @property
    def waiting(self) -> int:
        """Characters that came in and were not yet synthesized."""
        return self._unread + self._splitter.pending + self._unspoken

    def feed(self, text: str) -> None:
        """Only keeps the text: a long one costs nobody anything until it is spoken. An empty piece ends no pause."""
        if self._paragraphs:
            text = self._paragraphs.feed(text)
        if not text:
            return
        self._slices.extend(text[start : start + SLICE] for start in range(0, len(text), SLICE))
        self._unread += len(text)
        self._latest, self._is_flushed = self._clock(), False
        self._news.set()
        self._count()

    def finish(self) -> None:
        if self._paragraphs and (rest := self._paragraphs.rest()):
            self._slices.append(rest)
            self._unread += len(rest)
        self._is_finished = True
        self._news.set()

    def drop(self) -> None:
        """Nothing of it waits any more, whether it was spoken or not."""
        self._slices.clear()
        self._sentences.clear()
        if self._share:
            self._share.is_now(0)

    def _count(self) -> None:
        if self._share:
            self._share.is_now(self.waiting)

    async def passages(self) -> AsyncIterator[list[str]]:
        """The sentences, each as soon as it is sure or the text pauses behind it, until the end of the text.

        Several at once where they are to be spoken together, because they are tiny.
        """
        while passage := await self._next():
            yield passage
            self._unspoken -= sum(map(len, passage))
            self._count()

    async def _next(self) -> list[str]:
        """Empty at the end of the text."""
        while not self._has_passage():
            if self._slices:
                self._keep(self._splitter.feed(self._slice()))
                await asyncio.sleep(0)
            elif self._is_finished and self._splitter.pending:
                self._keep(self._splitter.flush())
            elif self._sentences or self._is_finished:
                break
            else:
                await self._wait()
        return [self._sentences.popleft() for _ in range(count_together(self._sentences))]

    def _has_passage(self) -> bool:
        """Whether more text wouldn't change which sentences are spoken together."""
        return len(self._sentences) > count_together(self._sentences) + 1

    def _keep(self, sentences: list[str]) -> None:
        self._sentences.extend(sentences)
        self._unspoken += sum(map(len, sentences))

    def _slice(self) -> str:
        """Of many small pieces as many as make a slice."""
        taken = self._slices.popleft()
        while self._slices and len(taken) + len(self._slices[0]) <= SLICE:
            taken += self._slices.popleft()
        self._unread -= len(taken)
        return taken

    async def _wait(self) -> None:
        """Returns when there is more text, or its end, or the pause in it has been so long that a sentence may go."""
        self._news.clear()
        self.is_starved = True
        try:
            async with asyncio.timeout_at(self._flush_at()):
                await self._news.wait()
        except TimeoutError:
            if not self._news.is_set():  # text may have come in this very moment
                self._is_flushed = True
                self._keep(self._splitter.pause())
        finally:
            self.is_starved = False

    def _flush_at(self) -> float | None:
        if self._is_flushed or not self._flush_after or not self._splitter.pending:
            return None
        return self._latest + self._flush_after
