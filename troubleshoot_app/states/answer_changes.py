"""Changing an earlier answer: the question once more, what another answer would come to, and the change."""

from troubleshoot_app.core.errors import Conflict, Forbidden
from troubleshoot_app.schemas.sessions import AnsweredQuestion, ChangePreview
from troubleshoot_app.services import session_changes
from troubleshoot_app.states.base import MessageState
from troubleshoot_app.states.guard import Policy, handler
from troubleshoot_app.states.sessions import NO_NODE, SessionState

DIALOG = "change"
DROPPED_SHOWN = 4
NO_QUESTION = AnsweredQuestion(seq=0, node=NO_NODE, option_id="", value=None)


class AnswerChangeState(SessionState):
    """The dialog on the walk page in which an earlier question is answered anew."""

    question: AnsweredQuestion = NO_QUESTION
    preview: ChangePreview | None = None
    more_dropped: int = 0
    checked_off: bool = False
    weighed: int = 0

    @handler(Policy.SIGNED_IN)
    async def ask_again(self, seq: int):
        """Show the question of an earlier step with its answers."""
        self.question = await self._run(session_changes.get_question, session_id=self.session_id, seq=seq)
        self.preview = None
        self.dialog = DIALOG

    @handler(Policy.SIGNED_IN)
    async def weigh(
        self, option_id: str, value: str, acknowledged: bool, seq: int, revision: int, session_id: str = ""
    ):
        """Show what another answer would come to; nothing is changed yet."""
        try:
            preview = await self._run(
                session_changes.preview_change,
                session_id=session_id or self.session_id,
                seq=seq,
                option_id=option_id,
                value=value or None,
                acknowledged=acknowledged,
                revision=revision,
            )
        except (Conflict, Forbidden):
            await self._leave()
            raise
        self.more_dropped = max(0, len(preview.dropped) - DROPPED_SHOWN)
        self.preview = preview.model_copy(update={"kept": [], "dropped": preview.dropped[:DROPPED_SHOWN]})
        self.checked_off = acknowledged
        self.weighed += 1

    @handler(Policy.SIGNED_IN)
    async def think_again(self):
        """Show the answers again."""
        self.preview = None

    @handler(Policy.SIGNED_IN)
    async def change(
        self, seq: int, option_id: str, value: str, acknowledged: bool, revision: int, session_id: str = ""
    ):
        """Change the answer as it was shown; pressed twice, it counts once."""
        summary = self.preview.summary if self.preview else ""
        try:
            await self._change(
                session_changes.change_step,
                session_id,
                seq=seq,
                option_id=option_id,
                value=value or None,
                acknowledged=acknowledged,
                revision=revision,
            )
        finally:
            self.dialog, self.preview = "", None
        return MessageState.show(f"Answer changed. {summary}".strip(), "success")

    @handler(Policy.SIGNED_IN)
    async def go_back_to(self, seq: int, revision: int):
        """Stand again where the question was asked; its answer and all later ones are undone."""
        self.dialog, self.preview = "", None
        await self._go_back_to(seq, revision)

    async def _leave(self) -> None:
        self.dialog, self.preview = "", None
        await self._reload()
