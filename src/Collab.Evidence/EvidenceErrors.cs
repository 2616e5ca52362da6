using Collab.Primitives;

namespace Collab.Evidence;

/// <summary>What the verifier finds wrong, by class; the order of the classes is the order of the checks (protocols/specs/evidence-bundle.md).</summary>
public static class EvidenceErrors
{
    private const string GetAgain = "Get the bundle again from the party that exported it; if it stays so, do not rely on it.";
    private const string DoNotRely = "Do not rely on this result; show the finding to the parties and keep the bundle.";

    /// <summary>The file is not a bundle, or a part of it is not readable.</summary>
    public static readonly ErrorCode Malformed = new("format.malformed", ErrorKind.Evidence, GetAgain);

    /// <summary>A part is not what the sealed table of contents says.</summary>
    public static readonly ErrorCode PartAltered = new("format.part-altered", ErrorKind.Evidence, GetAgain);

    /// <summary>A version or algorithm this verifier does not know.</summary>
    public static readonly ErrorCode Unsupported = new(
        "unsupported.version", ErrorKind.Evidence, "Verify with a newer version of the program.");

    /// <summary>The seal of the table of contents is not the exporting party's.</summary>
    public static readonly ErrorCode SealInvalid = new("trust.seal-invalid", ErrorKind.Evidence, GetAgain);

    /// <summary>The keys in the bundle are not those that the auditor trusts.</summary>
    public static readonly ErrorCode KeysDiffer = new(
        "trust.keys-differ", ErrorKind.Evidence, "Ask the consortium which keys are right; trust only a file that came to you another way.");

    /// <summary>An entry is not signed by its author.</summary>
    public static readonly ErrorCode SignatureInvalid = new("trust.signature-invalid", ErrorKind.Evidence, DoNotRely);

    /// <summary>A checkpoint without enough cosignatures.</summary>
    public static readonly ErrorCode NotFinal = new("log.not-final", ErrorKind.Evidence, "Export the bundle again when all witnesses are back.");

    /// <summary>An entry that is not in the log it claims to be in.</summary>
    public static readonly ErrorCode NotIncluded = new("log.not-included", ErrorKind.Evidence, DoNotRely);

    /// <summary>A state of a log that an operation saw is not a beginning of the log.</summary>
    public static readonly ErrorCode Inconsistent = new("log.inconsistent", ErrorKind.Evidence, DoNotRely);

    /// <summary>No proposal, or one that does not match the plan.</summary>
    public static readonly ErrorCode NotProposed = new("authorization.not-proposed", ErrorKind.Evidence, DoNotRely);

    /// <summary>An owner's grant is missing.</summary>
    public static readonly ErrorCode GrantMissing = new("authorization.grant-missing", ErrorKind.Evidence, DoNotRely);

    /// <summary>A grant that came after the run was opened, or was not seen when it was.</summary>
    public static readonly ErrorCode GrantAfterRun = new("authorization.after-run", ErrorKind.Evidence, DoNotRely);

    /// <summary>A grant that had expired when the run was opened.</summary>
    public static readonly ErrorCode GrantExpired = new("authorization.expired", ErrorKind.Evidence, DoNotRely);

    /// <summary>An owner refused, or revoked before it spent; or the requester had taken the job back.</summary>
    public static readonly ErrorCode GrantWithdrawn = new("authorization.withdrawn", ErrorKind.Evidence, DoNotRely);

    /// <summary>Fewer endorsements were there when the run used its grants than the plan asks for.</summary>
    public static readonly ErrorCode EndorsementMissing = new("authorization.endorsement-missing", ErrorKind.Evidence, DoNotRely);

    /// <summary>The plan's question was not the version of the algorithm that stood, or its provider had not let it be used.</summary>
    public static readonly ErrorCode AlgorithmNotApproved = new("authorization.algorithm-not-approved", ErrorKind.Evidence, DoNotRely);

    /// <summary>No opening of the run by the requester.</summary>
    public static readonly ErrorCode RunNotStarted = new("authorization.run-not-started", ErrorKind.Evidence, DoNotRely);

    /// <summary>An owner took part without spending.</summary>
    public static readonly ErrorCode SpendMissing = new("quota.spend-missing", ErrorKind.Evidence, DoNotRely);

    /// <summary>A spend that does not come between the opening of the run and the commits.</summary>
    public static readonly ErrorCode SpendOutOfOrder = new("quota.out-of-order", ErrorKind.Evidence, DoNotRely);

    /// <summary>More uses than were granted.</summary>
    public static readonly ErrorCode UsesExceeded = new("quota.uses-exceeded", ErrorKind.Evidence, DoNotRely);

    /// <summary>Something names another plan.</summary>
    public static readonly ErrorCode OtherPlan = new("binding.other-plan", ErrorKind.Evidence, DoNotRely);

    /// <summary>A dataset or version other than the plan's.</summary>
    public static readonly ErrorCode OtherDataset = new("binding.other-dataset", ErrorKind.Evidence, DoNotRely);

    /// <summary>A party's commit or receipt is missing, or they do not match.</summary>
    public static readonly ErrorCode ReceiptMismatch = new("binding.receipt-mismatch", ErrorKind.Evidence, DoNotRely);

    /// <summary>What a party sent is not what the other received.</summary>
    public static readonly ErrorCode TranscriptMismatch = new("transcript.mismatch", ErrorKind.Evidence, DoNotRely);

    /// <summary>A receiver of the plan has no result commitment, or another party has one.</summary>
    public static readonly ErrorCode ReceiverMismatch = new("result.receiver-mismatch", ErrorKind.Evidence, DoNotRely);

    /// <summary>The result that was shown is not the one committed to.</summary>
    public static readonly ErrorCode ResultMismatch = new("result.mismatch", ErrorKind.Evidence, DoNotRely);
}
