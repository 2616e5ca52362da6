using System.Numerics;
using Collab.Primitives;

namespace Collab.Evm.Sending;

/// <summary>The content of the outbox's records (canonical-encoding.md).</summary>
internal static class OutboxRecord
{
    private const byte QueuedKind = 1;
    private const byte SignedKind = 2;
    private const byte FreedKind = 3;
    private const byte SettledKind = 4;

    public static byte[] Head(EvmAddress account, ulong chainId) =>
        new CanonicalWriter().Text("collab.outbox.v1").UInt64(chainId).Bytes(account.ToArray()).ToArray();

    public static byte[] Queued(Digest id, EvmAddress to, ReadOnlySpan<byte> data) =>
        new CanonicalWriter().Byte(QueuedKind).Digest(id).Bytes(to.ToArray()).Bytes(data).ToArray();

    public static byte[] Signed(Digest id, SentVersion version) => new CanonicalWriter()
        .Byte(SignedKind).Digest(id).UInt64(version.Nonce).Bytes(Amount(version.Tip)).Bytes(Amount(version.Price)).UInt64(version.Gas)
        .Bytes(version.Bytes).Digest(version.Hash).ToArray();

    public static byte[] Freed(Digest id) => new CanonicalWriter().Byte(FreedKind).Digest(id).ToArray();

    public static byte[] Settled(Digest id, OutboxOutcome outcome, Digest? transaction, ReadOnlySpan<byte> returned) => new CanonicalWriter()
        .Byte(SettledKind).Digest(id).Byte((byte)outcome).Bytes(transaction?.ToArray() ?? []).Bytes(returned).ToArray();

    /// <summary>Does again what a record says was done.</summary>
    /// <exception cref="MalformedException">No record.</exception>
    public static void Apply(byte[] record, Func<Digest, EvmAddress, ReadOnlyMemory<byte>, OutboxEntry> add, Func<Digest, OutboxEntry> find)
    {
        var reader = new CanonicalReader(record);
        var kind = reader.Byte();
        var id = reader.Digest();
        switch (kind)
        {
            case QueuedKind:
                var to = reader.Bytes();
                if (to.Length != EvmAddress.Size) throw new MalformedException("an address");
                add(id, new EvmAddress(to), reader.Bytes().ToArray());
                break;
            case SignedKind:
                find(id).Versions.Add(new SentVersion(reader.UInt64(), Amount(reader.Bytes()), Amount(reader.Bytes()), reader.UInt64(), reader.Bytes().ToArray(), reader.Digest()));
                break;
            case FreedKind:
                find(id).Versions.Clear();
                break;
            case SettledKind:
                var entry = find(id);
                entry.Outcome = (OutboxOutcome)reader.Byte();
                var transaction = reader.Bytes();
                entry.Transaction = transaction.Length == Digest.Size ? new Digest(transaction) : null;
                entry.Returned = reader.Bytes().ToArray();
                break;
            default:
                throw new MalformedException("a record of the outbox");
        }

        reader.End();
    }

    private static byte[] Amount(BigInteger amount) => amount.ToByteArray(isUnsigned: true);

    private static BigInteger Amount(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true);
}
