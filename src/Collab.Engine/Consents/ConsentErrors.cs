using Collab.Primitives;

namespace Collab.Engine.Consents;

/// <summary>How consent of the data subjects stops a job, a run or a change of the register.</summary>
public static class ConsentErrors
{
    /// <summary>A dataset does not say whose a row is, or says it by another column than the plan.</summary>
    public static readonly ErrorCode SubjectUndeclared = new(
        "consent.subject-undeclared", ErrorKind.InvalidInput, "Have the owner register the dataset with 'collab dataset add --subject COLUMN', then submit the job again.");

    /// <summary>This node keeps no register of consents.</summary>
    public static readonly ErrorCode RegisterMissing = new(
        "consent.register-missing", ErrorKind.Internal, "Run the job on a node that keeps a register of consents.");

    /// <summary>The register or a note of a use cannot be read.</summary>
    public static readonly ErrorCode RegisterUnreadable = new(
        "consent.register-unreadable", ErrorKind.Internal, "Restore the node's store from a backup; nothing is read without the register.");

    /// <summary>Somebody whose row a run took has withdrawn before the run was sealed, and the job asks to end then.</summary>
    public static readonly ErrorCode Withdrawn = new(
        "consent.withdrawn", ErrorKind.Refused, "Submit the job again: it then runs without the rows of whoever has withdrawn.");

    /// <summary>A consent that is given or withdrawn has not the form of one.</summary>
    public static readonly ErrorCode Invalid = new(
        "consent.invalid", ErrorKind.InvalidInput, "See 'collab consent add --help' for what a consent says.");

    /// <summary>Nothing that stands is withdrawn by that.</summary>
    public static readonly ErrorCode Unknown = new(
        "consent.unknown", ErrorKind.InvalidInput, "See what stands with 'collab consent list'.");
}
