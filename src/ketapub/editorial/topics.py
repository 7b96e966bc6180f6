"""Runs of text and topic rules come in; sections about a topic without notice, help or a good ending are reported.

A section here is one of level 2 with all below it, or the text of a chapter before its first one. It is about a topic
when its running text mentions it often enough. Titles, cells, notes, captions and references to other sections are
no mentions.
"""

from __future__ import annotations

from dataclasses import dataclass

from ketapub.callouts import Kind
from ketapub.editorial.phrases import Phrases, phrases
from ketapub.editorial.places import within
from ketapub.editorial.prose import RUNNING, Line, Prose, Run
from ketapub.editorial.rules import TopicRule
from ketapub.problems import Position, Problems


@dataclass(frozen=True, slots=True)
class _Topic:
    rule: TopicRule
    mentions: Phrases
    notice: Phrases
    hope: Phrases
    never: Phrases


def check_topics(
    prose: Prose, rules: tuple[TopicRule, ...], kinds: dict[str, Kind], line: Line, problems: Problems
) -> None:
    members: dict[int, list[int]] = {}  # section of level 2 -> its runs
    for index, run in enumerate(prose.runs):
        if run.kind not in ("alt", "drawing", "setting"):
            members.setdefault(prose.part(run.section), []).append(index)
    for rule in rules:
        topic = _Topic(
            rule,
            phrases(rule.mentions),
            phrases(rule.opens_with),
            phrases(rule.ends_with_callout_or),
            phrases(rule.never_ends_with),
        )
        for part, indices in members.items():
            _check(prose, topic, part, indices, kinds, line, problems)


def _check(
    prose: Prose, topic: _Topic, part: int, indices: list[int], kinds: dict[str, Kind], line: Line, problems: Problems
) -> None:
    rule = topic.rule
    runs = [prose.runs[index] for index in indices]
    mentions = [(run, span[0]) for run in runs for span in _mentions(run, topic)]
    if len(mentions) < rule.min_mentions:
        return
    scopes: dict[int, list[tuple[Run, int]]] = {}
    noticed: dict[int, bool] = {}
    for run, start in mentions:
        around = [one for one in prose.around(run.section) if prose.sections[one].level >= prose.sections[part].level]
        for one in around:
            if one not in noticed:
                noticed[one] = _has_notice(prose, one, topic)
        scope = next((one for one in around if noticed[one]), part)
        scopes.setdefault(scope, []).append((run, start))
    count = f'this section speaks of "{rule.name}" ({len(mentions)} mentions)'
    for scope, inside in scopes.items():
        if len(inside) < rule.min_mentions:
            continue
        if rule.opens_with and not noticed[scope]:
            at = inside[0][0].place(inside[0][1], line)
            hint = f'begin it with a paragraph of its own that says "{rule.opens_with[0]}"'
            problems.add("topic-notice", at, f"{count}, and no notice stands before it", hint, rule.severity)
        _check_ending(prose, topic, scope, runs, line, kinds, problems)
    if rule.callout_urgency and not _in_reach(prose, rule, runs, kinds):
        at = mentions[0][0].place(mentions[0][1], line)
        hint = f"put a callout of this urgency into the section: {_names(kinds, rule.callout_urgency)}"
        if rule.callout_by_reference:
            hint += ", or a reference to one"
        message = f'{count}, and holds no callout of urgency "{rule.callout_urgency}"'
        problems.add("topic-callout", at, message, hint, rule.severity)


def _mentions(run: Run, topic: _Topic) -> list[tuple[int, int]]:
    if run.kind not in RUNNING or _is_notice(run, topic):
        return []
    return [span for span in topic.mentions.find(run.text) if not within(run.given, *span)]


def _is_notice(run: Run, topic: _Topic) -> bool:
    return run.kind == "paragraph" and run.plain and topic.notice.finds(run.text)


def _has_notice(prose: Prose, section: int, topic: _Topic) -> bool:
    """Whether the first paragraph below the heading, or the last one before it, gives notice."""
    first = prose.sections[section].first_run
    before = prose.runs[first - 1] if first else None
    if before and prose.sections[section].level > 1 and _is_notice(before, topic):
        return True
    for run in prose.runs[first + 1 :]:
        if run.section != section:
            return False
        if run.plain:
            return _is_notice(run, topic)
        if run.kind in RUNNING and not run.callout:
            return False
    return False


def _check_ending(
    prose: Prose, topic: _Topic, scope: int, runs: list[Run], line: Line, kinds: dict[str, Kind], problems: Problems
) -> None:
    rule = topic.rule
    texts = [
        run
        for run in runs
        if scope in prose.around(run.section)
        and (run.kind in (*RUNNING, "callout-title"))
        and not _is_notice(run, topic)
    ]
    if not texts:
        return
    last = texts[-1]
    at: Position = last.place(0, line) if last.text else last.at
    if (span := next(topic.never.find(last.text), None)) and not within(last.given, *span):
        message = f'a section that speaks of "{rule.name}" ends with "{last.text[slice(*span)]}"'
        problems.add("topic-ending", last.place(span[0], line), message, "end with help or hope", rule.severity)
    elif rule.ends_with_callout_or:
        helpful = bool(last.callout) and kinds[last.callout].urgency != "none"
        if not helpful and not topic.hope.finds(last.text):
            message = f'a section that speaks of "{rule.name}" ends without help or hope'
            hint = f'end with a callout that helps, or with a paragraph that says "{rule.ends_with_callout_or[0]}"'
            problems.add("topic-ending", at, message, hint, rule.severity)


def _in_reach(prose: Prose, rule: TopicRule, runs: list[Run], kinds: dict[str, Kind]) -> bool:
    for run in runs:
        if run.callout and kinds[run.callout].urgency == rule.callout_urgency:
            return True
        named = [prose.callouts[target] for target in run.targets if target in prose.callouts]
        if rule.callout_by_reference and any(kinds[kind].urgency == rule.callout_urgency for kind in named):
            return True
    return False


def _names(kinds: dict[str, Kind], urgency: str) -> str:
    return ", ".join(name for name, kind in kinds.items() if kind.urgency == urgency) or "none is declared"
