using Collab.ObliviousTransfer.Extension;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>What both roles of a silent correlation are given beside channel, size and randomness.</summary>
/// <param name="Context">32 bytes that name this run, the same at both parties and never used twice.</param>
public sealed record VoleOptions(Digest Context)
{
    /// <summary>The security model; both parties say the same. Malicious adds the checks of extension and trees, some milliseconds.</summary>
    public SecurityModel Security { get; init; } = SecurityModel.Malicious;

    /// <summary>Threads, 1 or more.</summary>
    public int Parallelism { get; init; } = 1;

    internal void Check(int count, int largest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, largest);
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1, nameof(Parallelism));
        if (!Enum.IsDefined(Security)) throw new ArgumentOutOfRangeException(nameof(Security));
    }

    /// <summary>The options of the transfers below, bound to this run and its kind of correlation.</summary>
    internal OtExtensionOptions Extension(string kind) =>
        new(Digest.Of($"collab.silent.{kind}.extension.v1", Context.ToArray())) { Security = Security };
}
