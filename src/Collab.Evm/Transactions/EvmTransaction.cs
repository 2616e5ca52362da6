using System.Numerics;
using Collab.Arithmetic.Hashing;
using Collab.Evm.Codecs;
using Collab.Evm.Keys;
using Collab.Primitives;

namespace Collab.Evm.Transactions;

/// <summary>The three forms of a transaction that are signed for one chain only.</summary>
public enum TransactionKind
{
    /// <summary>EIP-155: a price of gas, and the chain id in the signature.</summary>
    Legacy = 0,

    /// <summary>EIP-2930: a price of gas and an access list.</summary>
    AccessList = 1,

    /// <summary>EIP-1559: the most to pay for gas and the most to tip, and an access list.</summary>
    DynamicFee = 2,
}

/// <summary>Storage that a transaction announces to use.</summary>
public sealed record AccessListEntry(EvmAddress Address, IReadOnlyList<Digest> Keys);

/// <summary>A transaction before it is signed. Amounts are in wei.</summary>
/// <param name="Kind">Its form.</param>
/// <param name="ChainId">The chain that it is for; not 0.</param>
/// <param name="Nonce">How many transactions of the account come before.</param>
/// <param name="Tip">The most to tip per gas; for the older kinds the same as <paramref name="GasPrice"/>.</param>
/// <param name="GasPrice">The most to pay per gas.</param>
/// <param name="Gas">The most gas to use.</param>
/// <param name="To">The account called; null makes a contract.</param>
/// <param name="Value">What is paid to it.</param>
/// <param name="Data">The call, or the code that makes a contract.</param>
/// <param name="AccessList">Storage announced; empty for <see cref="TransactionKind.Legacy"/>.</param>
/// <remarks>Source: EIP-155, EIP-2718, EIP-2930, EIP-1559.</remarks>
public sealed record EvmTransaction(
    TransactionKind Kind,
    ulong ChainId,
    ulong Nonce,
    BigInteger Tip,
    BigInteger GasPrice,
    ulong Gas,
    EvmAddress? To,
    BigInteger Value,
    ReadOnlyMemory<byte> Data,
    IReadOnlyList<AccessListEntry> AccessList)
{
    /// <summary>The largest chain id: v = 2·id + 36 of EIP-155 must be below 2^64 (EIP-2294).</summary>
    public const ulong LargestChainId = (ulong.MaxValue - 36) / 2;

    /// <summary>The hash that the account signs.</summary>
    /// <exception cref="ArgumentException">Chain id 0 or too large, a negative amount or one of 2^256 or more, a tip above the price, or an access list where none can be.</exception>
    public Digest SigningHash()
    {
        Demand();
        return Kind == TransactionKind.Legacy
            ? Hash(Rlp.List([.. Fields(), Rlp.Number(ChainId), Rlp.Number(0), Rlp.Number(0)]))
            : Hash([(byte)Kind, .. Rlp.List(Fields())]);
    }

    /// <summary>Signs the transaction.</summary>
    public SignedTransaction Sign(EvmKey key)
    {
        var signature = key.Sign(SigningHash());
        var isOdd = signature.IsOdd ? 1 : 0;
        var v = Kind == TransactionKind.Legacy ? ((BigInteger)ChainId * 2) + 35 + isOdd : isOdd;
        byte[] list = Rlp.List([.. Fields(), Rlp.Number(v), Rlp.Number(Number(signature.R)), Rlp.Number(Number(signature.S))]);
        byte[] bytes = Kind == TransactionKind.Legacy ? list : [(byte)Kind, .. list];
        return new SignedTransaction(this, key.Address, bytes, Hash(bytes));
    }

    private byte[][] Fields()
    {
        byte[][] price = Kind == TransactionKind.DynamicFee ? [Rlp.Number(Tip), Rlp.Number(GasPrice)] : [Rlp.Number(GasPrice)];
        byte[][] body = [Rlp.Number(Nonce), .. price, Rlp.Number(Gas), Rlp.Bytes(To?.ToArray() ?? []), Rlp.Number(Value), Rlp.Bytes(Data.Span)];
        if (Kind == TransactionKind.Legacy) return body;
        return [Rlp.Number(ChainId), .. body, Rlp.List([.. AccessList.Select(entry => Rlp.List(
            Rlp.Bytes(entry.Address.ToArray()), Rlp.List([.. entry.Keys.Select(key => Rlp.Bytes(key.ToArray()))])))])];
    }

    private void Demand()
    {
        if (ChainId is 0 or > LargestChainId) throw new ArgumentException("A transaction is for one chain, whose id is not 0.");
        if (!IsAmount(Tip) || !IsAmount(GasPrice) || !IsAmount(Value) || Tip > GasPrice) throw new ArgumentException("An amount is out of range, or the tip above the price.");
        if (Kind == TransactionKind.Legacy && AccessList.Count > 0) throw new ArgumentException("A legacy transaction has no access list.");
    }

    private static bool IsAmount(BigInteger amount) => amount.Sign >= 0 && amount.GetBitLength() <= 256;

    private static BigInteger Number(Digest digest) => new(digest.ToArray(), isUnsigned: true, isBigEndian: true);

    private static Digest Hash(ReadOnlySpan<byte> bytes) => new(Keccak256.Hash(bytes));
}

/// <summary>A transaction as it is sent.</summary>
/// <param name="Transaction">What is signed.</param>
/// <param name="From">Whose signature it is.</param>
/// <param name="Bytes">The bytes that are sent.</param>
/// <param name="Hash">Their hash, by which the chain names the transaction.</param>
public sealed record SignedTransaction(EvmTransaction Transaction, EvmAddress From, ReadOnlyMemory<byte> Bytes, Digest Hash);
