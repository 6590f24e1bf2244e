"""Rules as people write them: ``industry = 'Healthcare' and (employees >= 250 or [Credit rating] in ('A', 'B'))``.

A grammar of a page, read by hand: nothing in a rule is ever run as a program.

```text
rule      = both { "or" both }
both      = factor { "and" factor }
factor    = "not" factor | "(" rule ")" | condition
condition = field ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
          | field [ "not" ] "in" "(" value { "," value } ")"
          | field [ "not" ] ( "in" | "between" ) number ( ".." | "and" ) number
          | field [ "not" ] ( "contains" | "starts" "with" ) text
          | field "is" [ "not" ] "blank"
field     = a word | "[" anything but "]" "]"
value     = number | text
text      = '…' or "…"; two of the same quote inside stand for one
```
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from bailiwick.domain.rules import Comparison, Condition, Either, Every, Not, Rule
from bailiwick.domain.said import say
from bailiwick.errors import InputError

DEEPEST, LONGEST = 50, 10_000
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
      | \[(?P<field>[^\]]+)\]
      | (?P<range>\.\.)
      | (?P<number>-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?)
      | (?P<sign><=|>=|!=|<>|==|=|<|>|\(|\)|,)
      | (?P<word>[^\W\d]\w*)
    )""",
    re.VERBOSE,
)
_SIGNS = {"=": "=", "==": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_KEYWORDS = frozenset({"and", "or", "not", "in", "between", "is", "contains", "starts", "with", "blank"})


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    value: str
    at: int


def parse_rule(text: str) -> Rule:
    """Read a rule.

    Raises
    ------
    InputError
        If the text is not a rule; the message says where and what was expected.

    Examples
    --------
    >>> parse_rule("product = 'beans' and employees in 10..250")
    Every(rules=(Condition(field='product', comparison='=', values=('beans',)),
                 Condition(field='employees', comparison='between', values=(10.0, 250.0))))
    """
    if len(text) > LONGEST:
        raise InputError(
            say("a rule of %(n)s characters is too long; the most is %(longest)s", n=len(text), longest=int(LONGEST)), code="rule"
        )
    return _Reader(text).read()


class _Reader:
    """Descends the grammar; one method per line of it."""

    def __init__(self, text: str) -> None:
        self.text, self.place, self.depth = text, 0, 0
        self.tokens = self._split(text)

    def _split(self, text: str) -> list[_Token]:
        tokens, at = [], 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                start = at + len(text[at:]) - len(text[at:].lstrip())
                raise self._wrong(_Token("odd", text[start : start + 1], start), "a column, a value or a sign")
            kind = str(match.lastgroup)
            tokens.append(_Token(kind, match[kind], match.start(kind)))
            at = match.end()
        return [*tokens, _Token("end", "", len(text))]

    @property
    def now(self) -> _Token:
        return self.tokens[self.place]

    def _wrong(self, token: _Token, expected: str) -> InputError:
        found = repr(token.value) if token.kind != "end" else "the end"
        return InputError(
            say(
                "the rule %(text)s cannot be read at character %(value)s: expected %(expected)s, found %(found)s",
                text=repr(self.text),
                value=str(token.at + 1),
                expected=expected,
                found=found,
            ),
            code="rule",
        )

    def _is(self, word: str) -> bool:
        return self.now.kind in ("word", "sign") and self.now.value.lower() == word

    def _take(self, word: str) -> bool:
        if self._is(word):
            self.place += 1
            return True
        return False

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise self._wrong(self.now, repr(word))

    def read(self) -> Rule:
        rule = self._either()
        if self.now.kind != "end":
            raise self._wrong(self.now, "'and', 'or' or the end")
        return rule

    def _either(self) -> Rule:
        rules = [self._every()]
        while self._take("or"):
            rules.append(self._every())
        return rules[0] if len(rules) == 1 else Either(tuple(rules))

    def _every(self) -> Rule:
        rules = [self._factor()]
        while self._take("and"):
            rules.append(self._factor())
        return rules[0] if len(rules) == 1 else Every(tuple(rules))

    def _factor(self) -> Rule:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._wrong(self.now, f"no more than {DEEPEST} rules inside each other")
        if self._take("not"):
            rule: Rule = Not(self._factor())
        elif self._take("("):
            rule = self._either()
            self._need(")")
        else:
            rule = self._condition()
        self.depth -= 1
        return rule

    def _condition(self) -> Rule:
        token = self.now
        if not (token.kind == "field" or (token.kind == "word" and token.value.lower() not in _KEYWORDS)):
            raise self._wrong(token, "the name of a column, such as industry or [Customer type]")
        field = token.value.strip()
        self.place += 1
        if self.now.kind == "sign" and self.now.value in _SIGNS:
            return self._compared(field)
        if self._take("is"):
            is_not = self._take("not")
            self._need("blank")
            return Not(Condition(field, "blank")) if is_not else Condition(field, "blank")
        is_not = self._take("not")
        rule = self._among(field)
        return Not(rule) if is_not else rule

    def _compared(self, field: str) -> Condition:
        sign = cast(Comparison, _SIGNS[self.now.value])
        self.place += 1
        value = self._number() if sign in ("<", "<=", ">", ">=") else self._value()
        return Condition(field, sign, (value,))

    def _among(self, field: str) -> Condition:
        if self._take("contains"):
            return Condition(field, "contains", (self._text(),))
        if self._take("starts"):
            self._need("with")
            return Condition(field, "starts with", (self._text(),))
        if self._take("between"):
            return self._range(field, "and")
        self._need_comparison()
        if not self._take("("):
            return self._range(field, "..")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._need(")")
        return Condition(field, "in", tuple(values))

    def _need_comparison(self) -> None:
        if not self._take("in"):
            raise self._wrong(self.now, "a comparison: = != < <= > >=, in, between, contains, starts with, is blank")

    def _range(self, field: str, word: str) -> Condition:
        low = self._number()
        if self.now.kind == "range" or self._is(word):
            self.place += 1
        else:
            raise self._wrong(self.now, repr(word))
        token = self.now
        high = self._number()
        if high < low:
            raise self._wrong(token, f"a number of {low:g} or more")
        return Condition(field, "between", (low, high))

    def _value(self) -> float | str:
        return self._number() if self.now.kind == "number" else self._text()

    def _number(self) -> float:
        if self.now.kind != "number":
            raise self._wrong(self.now, "a number")
        self.place += 1
        return float(self.tokens[self.place - 1].value)

    def _text(self) -> str:
        if self.now.kind != "text":
            raise self._wrong(self.now, "a text in quotes or a number")
        quoted = self.now.value
        self.place += 1
        return quoted[1:-1].replace(quoted[0] * 2, quoted[0])
