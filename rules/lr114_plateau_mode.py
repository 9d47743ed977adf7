"""LR114 plateau-mode."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import Schedule, StepArgument, StepSite
from lrlint.fix import SetArgument
from lrlint.judgement.exclusions import OPEN_ARGUMENTS
from lrlint.rule import Finding, Invalid, Proposal, Rule, Silence, safe
from lrlint.snippets import Diff, training

_WORD = r"(?<![a-z])(?:{})\d*(?![a-z])"
_GROWS = re.compile(
    _WORD.format(
        "acc|accs|accuracy|accuracies|acc_?top|f1|f1_?score|fscore|auc|auroc|roc_?auc|auc_?roc|auprc"
        r"|map(?!\()|mean_?ap|m?iou|iou|dice|dice_?score|psnr|ssim|bleu|rouge|meteor|cider"
        "|precision|recall|kappa|mcc|r2|r2_?score|ndcg|mrr|hits|pearson|spearman|n_?correct|correct"
        "|bal_?acc|top"
    ),
    re.IGNORECASE,
)
_FALLS = re.compile(
    _WORD.format(
        "loss|losses|err|error|errors|rmse|mse|mae|nll|ce|bce|kld?|elbo|perplexity|ppl|wer|cer"
        "|eer|fid|distance|regret"
    ),
    re.IGNORECASE,
)
_NEGATED = re.compile(r"^\(?\s*-|^\(?\s*1(00)?(\.0?)?\s*-")
"""``-accuracy`` and ``1 - accuracy`` fall as the model improves."""
_REMAINS = re.compile(r"\*\s*-\s*1|(^|[(\s])-\s*[a-z_]|1(00)?(\.0?)?\s*-", re.IGNORECASE)
"""Signs within an expression, which may reverse its direction."""


class PlateauMode(Rule):
    """`ReduceLROnPlateau` waits for its metric to change in the wrong direction.

    ## What it does

    Reports `ReduceLROnPlateau` in mode `min` (the default) that is stepped with a metric that grows
    as the model improves (an accuracy, F1, AUC, mAP, IoU, PSNR… by its name or by what the script's
    function returns for it), or in mode `max` with a loss or an error. A metric that is negated, or
    whose name does not tell, is not reported.

    ## Why is this bad

    While the accuracy rises, the scheduler sees no improvement: after `patience` epochs it divides
    the LR by ten, and again after as many, until the training stalls at its best moment. The
    symptom is an LR that falls although everything improves.

    ## Example

    ```python
    scheduler = ReduceLROnPlateau(optimizer, patience=5)
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        val_acc = evaluate(model, val_loader)
        scheduler.step(val_acc)
    ```

    ## Use instead

    ```python
    scheduler = ReduceLROnPlateau(optimizer, mode="max", patience=5)
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        val_acc = evaluate(model, val_loader)
        scheduler.step(val_acc)
    ```

    ## References

    - [torch: ReduceLROnPlateau](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html)
    """

    code, name, severity = "LR114", "plateau-mode", Severity.WARNING
    schedulers = frozenset({"ReduceLROnPlateau"})
    exclusions = (OPEN_ARGUMENTS,)

    VALID = (
        training(
            "scheduler = ReduceLROnPlateau(optimizer)",
            epoch="val_loss, val_acc = evaluate(model, val_loader)\nscheduler.step(val_loss)",
        ),
        training(
            "scheduler = ReduceLROnPlateau(optimizer)",
            epoch="val_acc = evaluate(model, val_loader)\nscheduler.step(1 - val_acc)",
        ),
    )
    INVALID = (
        Invalid(
            training(
                "scheduler = ReduceLROnPlateau(optimizer)",
                epoch="val_loss, val_acc = evaluate(model, val_loader)\nscheduler.step(val_acc)",
            ),
            at="scheduler.step(val_acc)",
            fixed=Diff(
                """
                - scheduler = ReduceLROnPlateau(optimizer)
                + scheduler = ReduceLROnPlateau(optimizer, mode="max")
                """
            ),
            says=("val_acc", "mode is left at min"),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding | Silence]:
        mode = schedule.argument("mode")
        if mode is None or mode.value not in ("min", "max"):
            return
        judged = [(site, _grows(site)) for site in schedule.sites]
        wrong = [site for site, grows in judged if grows is (mode.value == "min")]
        if not wrong:
            return
        if silence := self.excluded(schedule):
            yield silence
            return
        if len(wrong) != sum(grows is not None for _, grows in judged):
            yield self.silence(
                wrong[0].place, "another step() is given a metric that fits the mode"
            )
            return
        site = wrong[0]
        what = "grows" if mode.value == "min" else "falls"
        set_to = "is" if mode.explicit else "is left at"
        yield self.finding(
            site.place,
            f"{_name(site)} {what} as the model improves, but the mode {set_to}"
            f" {mode.value}: the LR is reduced while it does",
            notes=(("scheduler built here", schedule.place),),
            fix=_fix(schedule, site, "max" if mode.value == "min" else "min"),
        )


def _name(site: StepSite) -> str:
    texts = (_argument(site), site.argument_source)
    return next((text for text in texts if _direction(text) is not None), site.argument_result)


def _argument(site: StepSite) -> str:
    text = site.argument_text
    return text.removeprefix("metrics=") if text.startswith("metrics=") else text


def _grows(site: StepSite) -> bool | None:
    """Whether the metric grows as the model improves; None where that is not known."""
    if site.argument not in (StepArgument.METRIC, StepArgument.UNKNOWN):
        return None
    source = site.argument_source
    if source and (_REMAINS.search(source) or _NEGATED.match(source)):
        return None
    texts = (_argument(site), source, site.argument_result)
    return next((grows for text in texts if (grows := _direction(text)) is not None), None)


_CALL = re.compile(r"(\w+)\([^()]*\)")
_WRAPPER = re.compile(
    r"mean|sum|average|float|round|ceil|floor|abs|item|stack|tensor|array|max|min"
)
"""Calls whose result grows with their argument."""


def _without_arguments(text: str) -> str:
    """Return the expression without the arguments of its calls, which may be a ``loss_fn``."""

    def replaced(call: re.Match[str]) -> str:
        return call[0].translate(_FLAT) if _WRAPPER.fullmatch(call[1]) else call[1]

    before = None
    while text != before:
        before, text = text, _CALL.sub(replaced, text)
    return text


_FLAT = str.maketrans("()", "  ")


def _direction(text: str) -> bool | None:
    text = _without_arguments(text)
    negated = _NEGATED.match(text) is not None
    rest = _NEGATED.sub("", text, count=1)
    if _REMAINS.search(rest):
        return None
    grows, falls = _GROWS.search(rest) is not None, _FALLS.search(rest) is not None
    return None if grows is falls else grows is not negated


def _fix(schedule: Schedule, site: StepSite, mode: str) -> Proposal | None:
    if site.place.span().filename != schedule.place.span().filename:
        return None
    return safe(f'Set mode="{mode}"', (schedule.place, SetArgument("mode", f'"{mode}"')))
