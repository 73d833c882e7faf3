"""Errors as the API gives them: problem documents of RFC 9457."""

from pydantic import BaseModel, ConfigDict, Field


class FieldProblem(BaseModel):
    """One thing wrong with what was sent: where, and a sentence."""

    loc: list[str | int]
    msg: str


class Problem(BaseModel):
    """What went wrong (RFC 9457). ``detail`` is a sentence for a person; some problems say more in further members, such
    as the current ``revision``."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Conflict",
                    "status": 409,
                    "detail": "This session is parked. Resume it first.",
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field(default=[], description="With 422: everything that is wrong.")
