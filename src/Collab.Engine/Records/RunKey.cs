using System.Buffers;
using Collab.Channels;
using Collab.Cryptography.Sealing;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Records;

/// <summary>A fresh public key of a party for one run, signed with its pinned log key (protocols/specs/sealed-delivery.md, "One-run keys").</summary>
/// <param name="PublicKey">The key.</param>
/// <param name="Signature">64 bytes.</param>
internal sealed record RunKey(byte[] PublicKey, byte[] Signature) : IMessage<RunKey>
{
    private const string Domain = "collab.delivery.key.v1";

    /// <summary>This party's key, signed.</summary>
    public static RunKey Announce(EnginePorts ports, Plan plan, Digest run, IOpeningKey key) =>
        new(key.PublicKey.ToArray(), ports.RequireKeys().Sign(Signed(plan, run, ports.Self, key.PublicKey)));

    /// <summary>The key, if the peer's pinned log key signed it for this plan, run and party.</summary>
    /// <exception cref="PeerFaultException">It did not.</exception>
    public byte[] RequireOf(EnginePorts ports, Plan plan, Digest run, PartyId peer, StepId step)
    {
        PeerFaultException.ThrowUnless(
            ports.RequireKeys().KeyOf(peer).Verify(Signed(plan, run, peer, PublicKey), Signature), peer, step, "a key of this run that the party's log key signed");
        return PublicKey;
    }

    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter().Bytes(PublicKey).Bytes(Signature).Written);

    public static RunKey Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var message = new RunKey(reader.Bytes().ToArray(), reader.Bytes().ToArray());
        reader.End();
        return message;
    }

    private static byte[] Signed(Plan plan, Digest run, PartyId party, ReadOnlySpan<byte> key) =>
        new CanonicalWriter().Text(Domain).Digest(plan.Digest).Digest(run).Party(party).Bytes(key).ToArray();
}
