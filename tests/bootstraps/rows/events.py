"""What may be sent."""

from .base import *  # noqa: F403

CASES = [
    Case(
        "an event that is no JSON",
        python("return event"),
        answers("return event;"),
        events=[b"nonsense", b"\xff", b'{"fine": 1}'],
        expect=[
            Error("Runtime.UnmarshalError", r"Unable to unmarshal input: Expecting value: line 1 column 1 \(char 0\)"),
            Error("Runtime.UnmarshalError", "Unable to unmarshal input: .*can't decode byte 0xff.*"),
            Ok({"fine": 1}),
        ],
        node_expect=[
            Error("SyntaxError", "Unexpected token.*"),
            Error("SyntaxError", "Unexpected token.*"),
            Ok({"fine": 1}),
        ],
    ),
    Case(
        "NaN is no JSON either",
        python("return event"),
        events=[b"NaN"],
        expect=[Error("Runtime.UnmarshalError", ".*Expecting value: line 1 column 1 .char 0.")],
    ),
    Case(
        "white space, doubled keys and half characters",
        returns("[event, 1]"),
        answers("return [event, 1];"),
        events=[b' {"a": 1, "a": 2}\n', b"\t[ ]"],
        expect=[Ok([{"a": 2}, 1]), Ok([[], 1])],
    ),
    Case(
        "what is not JSON by its type is handed on",
        returns("repr(event)"),
        headers={"Content-Type": "text/plain"},
        events=[b"hello"],
        expect=[Ok("b'hello'")],
    ),
]
