"""Appeals, tolerance, inquiries and the independent auditor's work (申诉、容错、核查、独立审计).

    cases.lodge(...), cases.step(...)       # a unit asks, the centre decides, a second person confirms
    cases.open_inquiry(...)                 # a sign opens an inquiry, never a verdict
    recalls.frame(...), recalls.draw(...)   # re-calls drawn by public randomness, beside the record
    mystery.plan(...), mystery.reconcile()  # planted requests, sealed by commitments until the end
    carrier.reconcile(...)                  # carriers' records beside the receipts
    boxes.hand_over(...)                    # every sealed answer, for the auditor's key alone

Everything is a step that is never changed (store.py); no figure is altered by any of it."""

from minsheng.account.audit import boxes, carrier, cases, evaluation, looks, mystery, recalls, store
from minsheng.account.audit.codes import (
    OF_UNITS,
    About,
    CaseKind,
    CaseState,
    Conclusion,
    Ground,
    StepName,
)
from minsheng.account.audit.store import NoCase, Step
from minsheng.account.audit.tables import BadFile

__all__ = [
    "OF_UNITS",
    "About",
    "BadFile",
    "CaseKind",
    "CaseState",
    "Conclusion",
    "Ground",
    "NoCase",
    "Step",
    "StepName",
    "boxes",
    "carrier",
    "cases",
    "evaluation",
    "looks",
    "mystery",
    "recalls",
    "store",
]
