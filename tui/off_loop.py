"""The one way to a workspace: questions are asked in a thread, their answers come back as messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeVar

from textual.message import Message

from core.errors import ReasonNeeded, RolodocError
from core.write_values import Receipt, Write

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from tui.app import RolodocApp

    class Asking(DOMNode):
        app: RolodocApp
else:
    Asking = object

T = TypeVar("T")
Take = Callable[[T], Awaitable[None] | None]


class OffLoop(Asking):
    """A widget or screen that reads and writes without keeping the UI waiting."""

    @dataclass
    class Answered(Message, bubble=False):
        group: str
        turn: int
        take: Callable[[Any], Any]
        value: Any

    @dataclass
    class Progressed(Message, bubble=False):
        done: int
        total: int

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, OffLoop.Progressed)

    def ask(
        self,
        question: Callable[[], T],
        take: Take[T],
        *,
        group: str,
        refuse: Take[RolodocError] | None = None,
        every: bool = False,
    ) -> None:
        """Calls `question` in a thread and then, here, `take` with its answer or `refuse` with its error.

        Within a group only the latest question is answered, with `every` all of them.
        """
        turn = 0 if every else self._turns.get(group, 0) + 1
        self._turns[group] = turn
        if turn:
            self._unanswered.add(group)
        work = partial(self._answer, question, take, refuse or self.refused, group, turn)
        # What is to be written is written also when the panel that asks for it is closed meanwhile.
        runner = self.app if every else self
        runner.run_worker(work, thread=True, exclusive=not every, group=group, exit_on_error=False)

    def forget(self, group: str) -> None:
        """The question that is asked in this group needs no answer any more."""
        self._turns[group] = self._turns.get(group, 0) + 1
        self._unanswered.discard(group)

    @property
    def is_asking(self) -> bool:
        """Whether the answer to something that was asked is on its way."""
        return bool(self._unanswered)

    @property
    def _unanswered(self) -> set[str]:
        groups: set[str] = self.__dict__.setdefault("_unanswered_groups", set())
        return groups

    @property
    def _turns(self) -> dict[str, int]:
        turns: dict[str, int] = self.__dict__.setdefault("_turns_of_groups", {})
        return turns

    def write(
        self,
        writes: Sequence[Write] | Callable[[], Receipt],
        take: Take[Receipt],
        *,
        refuse: Take[RolodocError] | None = None,
    ) -> None:
        """Writes as `ask` asks; what it changes counts as own, and is no news."""
        call = writes if callable(writes) else partial(self._write_all, writes)
        self._unanswered.add("write")
        self.ask(lambda: self.app.live.write(call), take, group="write", refuse=refuse, every=True)

    def refused(self, error: RolodocError) -> Awaitable[None] | None:
        """Says what is wrong, in a sentence."""
        self.app.say(str(error), "bad")
        return None

    def _write_all(self, writes: Sequence[Write]) -> Receipt:
        return self.app.workspace.write(writes, progress=self._progress)

    def _progress(self, done: int, total: int) -> None:
        self.post_message(self.Progressed(done, total))

    def _answer(self, question: Callable[[], T], take: Take[T], refuse: Take[Any], group: str, turn: int) -> None:
        try:
            message = self.Answered(group, turn, take, question())
        except ReasonNeeded as error:
            ask = partial(self._ask_reason, question, take, refuse, group, turn)
            message = self.Answered(group, turn, ask, error)
        except RolodocError as error:
            message = self.Answered(group, turn, refuse, error)
        except Exception as error:
            # A fault of the program must not end it with something typed and not saved.
            message = self.Answered(group, turn, self._tell_fault, error)
        self.post_message(message)

    async def _ask_reason(
        self, question: Callable[[], T], take: Take[T], refuse: Take[Any], group: str, turn: int, error: ReasonNeeded
    ) -> None:
        """Asks why, and the question again with what is typed."""
        from tui.dialogs.reason import ReasonPanel

        workspace = self.app.workspace

        def with_reason(reason: str) -> T:
            before, workspace.reason = workspace.reason, reason
            try:
                return question()
            finally:
                workspace.reason = before

        def give(reason: str) -> None:
            again = partial(self._answer, partial(with_reason, reason), take, refuse, group, turn)
            self.app.run_worker(again, thread=True, group="reason", exit_on_error=False)

        if (screen := self.app.work_screen) is not None:
            await screen.open_panel(ReasonPanel(str(error), give, lambda: refuse(error)), over=True)

    def _tell_fault(self, error: Exception) -> None:
        self.log.error(error)
        self.app.say(f"the program made a mistake ({error!r}); what is stored is as it was", "bad")

    async def on_off_loop_answered(self, message: Answered) -> None:
        if not self.app.is_running or (message.turn and message.turn != self._turns.get(message.group)):
            return  # what it would be shown on goes, or shows something else by now
        taken = message.take(message.value)
        if isawaitable(taken):
            await taken
        if message.turn == self._turns.get(message.group):
            self._unanswered.discard(message.group)

    def on_off_loop_progressed(self, message: Progressed) -> None:
        self.app.say(f"{message.done:,} of {message.total:,}")
