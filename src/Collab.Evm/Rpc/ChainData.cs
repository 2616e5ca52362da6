using System.Numerics;
using Collab.Primitives;

namespace Collab.Evm.Rpc;

/// <summary>A block, as far as it matters here.</summary>
/// <param name="Number">Its place.</param>
/// <param name="Hash">Its name.</param>
/// <param name="Parent">The block before it.</param>
/// <param name="Time">The chain's clock.</param>
/// <param name="BaseFee">The least price of gas in wei, or null on a chain before EIP-1559.</param>
public sealed record BlockHeader(ulong Number, Digest Hash, Digest Parent, DateTimeOffset Time, BigInteger? BaseFee);

/// <summary>What a contract said in a transaction.</summary>
/// <param name="Block">The block's name.</param>
/// <param name="BlockNumber">The block's place.</param>
/// <param name="Index">The place in the block; with the block's name this names the entry.</param>
/// <param name="Transaction">The transaction's hash.</param>
/// <param name="Address">The contract.</param>
/// <param name="Topics">Up to four values.</param>
/// <param name="Data">The rest.</param>
public sealed record EvmLog(
    Digest Block, ulong BlockNumber, ulong Index, Digest Transaction, EvmAddress Address, IReadOnlyList<Digest> Topics, ReadOnlyMemory<byte> Data)
{
    /// <summary>Whether both say the same in every field.</summary>
    public bool IsSame(EvmLog other) =>
        (Block, BlockNumber, Index, Transaction, Address) == (other.Block, other.BlockNumber, other.Index, other.Transaction, other.Address)
        && Topics.SequenceEqual(other.Topics) && Data.Span.SequenceEqual(other.Data.Span);
}

/// <summary>What became of a transaction that is in a block.</summary>
/// <param name="Transaction">Its hash.</param>
/// <param name="Block">The block's name.</param>
/// <param name="BlockNumber">The block's place.</param>
/// <param name="Succeeded">False when the contract refused: nothing happened but the fee.</param>
/// <param name="GasUsed">The gas it took.</param>
/// <param name="Contract">The contract it made, or null.</param>
public sealed record TransactionReceipt(Digest Transaction, Digest Block, ulong BlockNumber, bool Succeeded, ulong GasUsed, EvmAddress? Contract);

/// <summary>A call that changes nothing, or the asking what one would take.</summary>
/// <param name="From">Who calls; zero if it does not matter.</param>
/// <param name="To">The contract; null makes one.</param>
/// <param name="Data">The call.</param>
public sealed record EvmCall(EvmAddress From, EvmAddress? To, ReadOnlyMemory<byte> Data);
