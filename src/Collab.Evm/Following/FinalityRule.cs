namespace Collab.Evm.Following;

/// <summary>When a block of a chain is final, and how old a view of it may be.</summary>
/// <param name="Confirmations">Blocks from it to the newest, itself counted; 0 takes the chain's own <c>finalized</c> tag.</param>
/// <param name="LongestSilence">How long nothing new may come before no run starts.</param>
/// <param name="MakesEmptyBlocks">Whether the chain makes blocks when nobody sends anything. If not, an unchanged head that was asked for again counts as new.</param>
public sealed record FinalityRule(int Confirmations, TimeSpan LongestSilence, bool MakesEmptyBlocks)
{
    private static readonly TimeSpan Standard = TimeSpan.FromSeconds(30);

    /// <summary>A chain whose blocks never change once they are there (QBFT, IBFT 2, PBFT).</summary>
    public static FinalityRule Immediate { get; } = new(1, Standard, MakesEmptyBlocks: true);

    /// <summary>As <see cref="Immediate"/>, on a chain that makes no empty blocks (FISCO BCOS).</summary>
    public static FinalityRule ImmediateWithoutEmptyBlocks { get; } = new(1, Standard, MakesEmptyBlocks: false);

    /// <summary>A chain whose newest blocks may be replaced.</summary>
    public static FinalityRule Probable { get; } = new(12, Standard, MakesEmptyBlocks: true);

    /// <summary>A chain that says itself what is final.</summary>
    public static FinalityRule Tagged { get; } = new(0, TimeSpan.FromMinutes(1), MakesEmptyBlocks: true);
}
