"""Why the rules of a kind refuse an entry; each class has a code of its own for ever."""

from attest.errors import ConflictError, RoleError, RuleError


class SubjectError(RuleError):
    """`sub` is not what the payload is about."""

    code = "wrong-subject"


class UnknownRecordError(RuleError):
    """The payload names a record that the log does not have."""

    code = "unknown-record"


class IdTakenError(ConflictError):
    """Another holder entered this id first, or it cannot be said again."""

    code = "id-taken"


class EventIdTakenError(ConflictError):
    """An event with this id is in the log."""

    code = "event-id-taken"


class ForeignFacilityError(RuleError):
    """A producer or worker speaks of premises that are another producer's."""

    code = "foreign-facility"


class ForeignProductError(RuleError):
    """A producer speaks of another maker's product."""

    code = "foreign-product"


class ForeignLotError(RuleError):
    """A producer speaks of a lot that is another's and was never shipped to it."""

    code = "foreign-lot"


class ForeignRecordError(RuleError):
    """An answer or appeal on something that concerns another producer."""

    code = "foreign-record"


class UnknownRollError(RuleError):
    """No entry issued a roll of this number."""

    code = "unknown-roll"


class ForeignRollError(RuleError):
    """The roll is another producer's, or another printer's."""

    code = "foreign-roll"


class RollTakenError(ConflictError):
    """The first entry of a roll's number counts."""

    code = "roll-taken"


class BeyondRollError(RuleError):
    """The range has stamps that the roll does not have."""

    code = "beyond-roll"


class OtherProductError(RuleError):
    """The stamps were printed for another product than the lot is of."""

    code = "other-product"


class NotReleasedError(RuleError):
    """The lot has no conformant factory test, or is held or recalled."""

    code = "not-released"


class RangeOverlapError(ConflictError):
    """A stamp of the range is bound to a lot or void already."""

    code = "range-overlap"


class TooManyStampsError(RuleError):
    """More stamps than packs were made."""

    code = "too-many-stamps"


class ForeignCameraError(RoleError):
    """The newest entry of the camera does not name the signer as its node."""

    code = "foreign-camera"


class FootageSeqError(ConflictError):
    """The manifest's number is not the camera's next."""

    code = "footage-seq"


class UnknownEventError(RuleError):
    """A correction of an event that the log does not have."""

    code = "unknown-event"


class ForeignEventError(RuleError):
    """A correction of somebody else's event."""

    code = "foreign-event"


class AlteredCopyError(RuleError):
    """The copy in a correction is not the event as it was."""

    code = "altered-copy"


class NotCorrectableError(RuleError):
    """Records of this kind are taken back in another way, or never."""

    code = "not-correctable"


class CorrectedError(ConflictError):
    """The event was corrected already."""

    code = "corrected"


class TooLateError(ConflictError):
    """The lot was shipped, or scans were published, since the activation."""

    code = "too-late"
