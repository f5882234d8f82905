"""Reads a search into its tree, or says what is wrong with it and where.

either := all ("OR" all)*
all    := one ("AND"? one)*
one    := ("NOT" | "-") one | "(" either ")" | term
"""

from __future__ import annotations

from listening.net.errors import gettext_noop
from listening.query.ast import And, Node, Not, Or
from listening.query.lexer import OPERATORS, Lexer, QueryError, Token
from listening.query.superset import anchored

MAX_CHARACTERS = 4_000
MAX_DEPTH = 50  # of parentheses and NOTs within each other


def parse_tree(text: str) -> Node:
    """The tree of a search. Raises QueryError."""
    if len(text) > MAX_CHARACTERS:
        message = gettext_noop("The search has %(length)d characters. At most %(limit)d are allowed.")
        raise QueryError(message, MAX_CHARACTERS, {"length": len(text), "limit": MAX_CHARACTERS})
    tree = _Parser(Lexer(text).tokens()).tree()
    if not anchored(tree):
        raise _unanchored(tree)
    return tree


def _unanchored(tree: Node) -> QueryError:
    if isinstance(tree, Or) and any(anchored(child) for child in tree.children):
        loose = next(child for child in tree.children if not anchored(child))
        message = gettext_noop(
            "This side of OR only says what must not be there, so nearly everything would match. "
            "Add a word that must be there."
        )
        return QueryError(message, loose.span[0])
    message = gettext_noop(
        "The search only says what must not be there. Add at least one word that must be there."
    )
    return QueryError(message, tree.span[0])


class _Parser:
    """Recursive descent; never deeper than MAX_DEPTH parentheses and NOTs."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.index = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def tree(self) -> Node:
        if self.token.kind == "end":
            raise QueryError(gettext_noop("The search is empty. Write at least one word."), 0)
        tree = self._either(0)
        if self.token.kind != "end":
            raise self._closed_too_often()
        return tree

    def _either(self, depth: int) -> Node:
        children = [self._all(depth)]
        while self._accept("OR"):
            children.append(self._all(depth))
        return _joined(Or, children)

    def _all(self, depth: int) -> Node:
        children = [self._one(depth)]
        while self._accept("AND") or self.token.kind in ("term", "(", "NOT"):
            children.append(self._one(depth))
        return _joined(And, children)

    def _one(self, depth: int) -> Node:
        start = self.token.start
        negated = False
        while self._accept("NOT"):
            negated = not negated
            depth += 1
            _check_depth(depth, self.tokens[self.index - 1])
        if self.token.kind == "(":
            _check_depth(depth + 1, self.token)
            node = self._group(depth + 1)
        elif self.token.leaf is not None:
            node = self.token.leaf
            self.index += 1
        else:
            raise self._operand_missing()
        if not negated:
            return node
        return node.child if isinstance(node, Not) else Not(node, (start, node.span[1]))

    def _group(self, depth: int) -> Node:
        opening = self.token
        self.index += 1
        if self.token.kind == ")":
            raise QueryError(gettext_noop("There is no word between these parentheses."), opening.start)
        node = self._either(depth)
        if not self._accept(")"):
            message = gettext_noop("This parenthesis is never closed.")
            raise QueryError(message, opening.start)
        return node

    def _accept(self, kind: str) -> bool:
        if self.token.kind != kind:
            return False
        self.index += 1
        return True

    def _operand_missing(self) -> QueryError:
        before = self.tokens[self.index - 1] if self.index else None
        if before is not None and before.kind in OPERATORS:
            message = gettext_noop("After %(operator)s there must be a word.")
            return QueryError(message, before.start, {"operator": before.kind})
        if self.token.kind == ")":
            return self._closed_too_often()
        if self.token.kind == "end":  # after an opening parenthesis
            assert before is not None
            return QueryError(gettext_noop("This parenthesis is never closed."), before.start)
        message = gettext_noop("Before %(operator)s there must be a word.")
        return QueryError(message, self.token.start, {"operator": self.token.kind})

    def _closed_too_often(self) -> QueryError:
        return QueryError(gettext_noop("This closing parenthesis has no opening one."), self.token.start)


def _check_depth(depth: int, token: Token) -> None:
    if depth > MAX_DEPTH:
        message = gettext_noop("Parentheses and NOTs go too deep. At most %(limit)d levels are allowed.")
        raise QueryError(message, token.start, {"limit": MAX_DEPTH})


def _joined(kind: type[And] | type[Or], children: list[Node]) -> Node:
    """One node from several, taking in the children of those of its own kind."""
    if len(children) == 1:
        return children[0]
    flat: list[Node] = []
    for child in children:
        flat += child.children if isinstance(child, kind) else (child,)
    return kind(tuple(flat), (children[0].span[0], children[-1].span[1]))
