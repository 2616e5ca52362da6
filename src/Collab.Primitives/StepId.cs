namespace Collab.Primitives;

/// <summary>A step of a protocol or of a job's life, numbered as in its spec: <c>psi-ecdh.2</c>, <c>job.spend</c>.</summary>
/// <param name="Name">The stable name; errors, progress, transcripts and evidence carry it.</param>
public sealed record StepId(string Name)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
