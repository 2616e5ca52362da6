using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Curves;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Base;

/// <summary>Random oblivious transfers from public-key operations: the sender gets pairs of keys, the receiver one key of each pair by its choice.</summary>
/// <remarks>
/// Masny and Rindal's endemic OT on ristretto255, two messages, malicious parties, random oracle, about 126 bits. A malicious sender may
/// choose its keys, as in any OT; a malicious receiver gets uniform ones, because the sender's points are drawn after its message.
/// Steps and messages: specs/oblivious-transfer.md, "Base transfers". Source: eprint 2019/706.
/// </remarks>
public static class BaseOt
{
    /// <summary>The most transfers of one run.</summary>
    public const int LargestCount = 1 << 16;

    private static readonly StepId ReceiverPoints = new("base-ot.1");
    private static readonly StepId SenderPoints = new("base-ot.2");

    /// <summary>The sender's part.</summary>
    /// <param name="channel">To the receiver.</param>
    /// <param name="count">Transfers, 1 to <see cref="LargestCount"/>; both parties say the same.</param>
    /// <param name="context">32 bytes that name this run, the same at both parties and never used twice.</param>
    /// <param name="random">Where the secret scalars come from.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>Keys, shape [count, 2].</returns>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    /// <remarks>Each transfer: 2 multiplications of points, one of the generator, 4 square roots for hashing; 64 bytes in, 32 out.</remarks>
    public static async Task<Gf128[]> SendAsync(
        IChannel channel, int count, Digest context, RandomSource random, CancellationToken cancellation = default)
    {
        RequireCount(count);
        var pairs = await channel.ReceiveAsync<PointMessage>(ReceiverPoints, cancellation).ConfigureAwait(false);   // 1 ← r0, r1
        PeerFaultException.ThrowUnless(
            pairs.Points.Length == 2 * count * RistrettoPoint.Size, channel.Peer, ReceiverPoints, "two points for each transfer");
        var points = new RistrettoPoint[2 * count];
        PeerFaultException.ThrowUnless(
            pairs.TryDecode(points), channel.Peer, ReceiverPoints, "canonical elements of ristretto255, none neutral");

        var oracle = new BaseOtOracle(context);
        var own = new byte[count * RistrettoPoint.Size];
        var keys = new Gf128[2 * count];
        Answer(oracle, points, pairs, random, own, keys);
        await channel.SendAsync(new PointMessage(own), cancellation).ConfigureAwait(false);                         // 2 → A
        return keys;
    }

    /// <summary>The receiver's part.</summary>
    /// <param name="channel">To the sender.</param>
    /// <param name="choices">Which key of each pair, 1 to <see cref="LargestCount"/> of them; secret.</param>
    /// <param name="context">32 bytes that name this run, the same at both parties and never used twice.</param>
    /// <param name="random">Where the secret scalars and the other points come from.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>The chosen keys, shape [count].</returns>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    /// <remarks>Each transfer: one multiplication of a point, one of the generator, 4 square roots for hashing; 64 bytes out, 32 in.</remarks>
    public static async Task<Gf128[]> ReceiveAsync(
        IChannel channel, BitVector choices, Digest context, RandomSource random, CancellationToken cancellation = default)
    {
        var count = choices.Length;
        RequireCount(count);
        var oracle = new BaseOtOracle(context);
        var scalars = new RistrettoScalar[count];
        var pairs = new PointMessage(new byte[2 * count * RistrettoPoint.Size]);
        Ask(oracle, choices, random, scalars, pairs);
        await channel.SendAsync(pairs, cancellation).ConfigureAwait(false);                                         // 1 → r0, r1

        var reply = await channel.ReceiveAsync<PointMessage>(SenderPoints, cancellation).ConfigureAwait(false);     // 2 ← A
        PeerFaultException.ThrowUnless(
            reply.Points.Length == count * RistrettoPoint.Size, channel.Peer, SenderPoints, "a point for each transfer");
        var points = new RistrettoPoint[count];
        PeerFaultException.ThrowUnless(
            reply.TryDecode(points), channel.Peer, SenderPoints, "canonical elements of ristretto255, none neutral");
        var keys = new Gf128[count];
        var shared = new RistrettoPoint[count];
        RistrettoPoint.Multiply(scalars, points, shared);
        var encoded = Encoded(shared);
        for (var i = 0; i < count; i++) keys[i] = oracle.Key(i, choices.Bit(i), pairs.Pair(i), Slot(reply.Points, i), Slot(encoded, i));
        Array.Clear(scalars);
        Array.Clear(shared);
        CryptographicOperations.ZeroMemory(encoded);
        return keys;
    }

    /// <summary>The receiver's pairs: r_c = b·G − H(1−c, r_{1−c}) with r_{1−c} uniform. Nothing but r0, r1 depends on the choices.</summary>
    private static void Ask(BaseOtOracle oracle, BitVector choices, RandomSource random, RistrettoScalar[] scalars, PointMessage pairs)
    {
        var count = scalars.Length;
        var uniform = new byte[count * RistrettoPoint.UniformSize];
        var points = new RistrettoPoint[count];
        random.Fill(uniform);
        RistrettoPoint.FromUniformBytes(uniform, points);
        var others = Encoded(points);
        for (var i = 0; i < count; i++) oracle.Uniform(i, choices.Bit(i) ^ 1, Slot(others, i), Uniform(uniform, i));
        RistrettoPoint.FromUniformBytes(uniform, points);
        for (var i = 0; i < count; i++)
        {
            scalars[i] = RistrettoScalar.Random(random);
            points[i] = RistrettoPoint.MultiplyGenerator(scalars[i]) - points[i];
        }

        var chosen = Encoded(points);
        for (var i = 0; i < count; i++) Arrange(choices.Bit(i), Slot(chosen, i), Slot(others, i), pairs.Pair(i));
        CryptographicOperations.ZeroMemory(uniform);
        CryptographicOperations.ZeroMemory(others);
        CryptographicOperations.ZeroMemory(chosen);
        Array.Clear(points);
    }

    /// <summary>Puts the chosen one at the place of the choice, with the same operations for both.</summary>
    private static void Arrange(ulong choice, ReadOnlySpan<byte> chosen, ReadOnlySpan<byte> other, Span<byte> pair)
    {
        var mask = unchecked((byte)(0 - choice));
        for (var i = 0; i < RistrettoPoint.Size; i++)
        {
            var difference = (byte)(mask & (chosen[i] ^ other[i]));
            pair[i] = (byte)(chosen[i] ^ difference);
            pair[i + RistrettoPoint.Size] = (byte)(other[i] ^ difference);
        }
    }

    /// <summary>The sender's A = a·G and both keys of each pair: K(a·(r_j + H(1−j, r_{1−j}))).</summary>
    private static void Answer(
        BaseOtOracle oracle, RistrettoPoint[] points, PointMessage pairs, RandomSource random, byte[] own, Gf128[] keys)
    {
        var uniform = new byte[points.Length * RistrettoPoint.UniformSize];
        var hashed = new RistrettoPoint[points.Length];
        for (var i = 0; i < points.Length; i++) oracle.Uniform(i / 2, (ulong)(~i & 1), Slot(pairs.Points, i ^ 1), Uniform(uniform, i));
        RistrettoPoint.FromUniformBytes(uniform, hashed);
        var scalars = new RistrettoScalar[points.Length];                               // the same for both halves of a pair
        var multiples = new RistrettoPoint[points.Length / 2];
        for (var i = 0; i < multiples.Length; i++)
        {
            scalars[2 * i] = scalars[2 * i + 1] = RistrettoScalar.Random(random);
            multiples[i] = RistrettoPoint.MultiplyGenerator(scalars[2 * i]);
        }

        RistrettoPoint.Encode(multiples, own);
        for (var i = 0; i < points.Length; i++) points[i] += hashed[i];
        var shared = new RistrettoPoint[points.Length];
        RistrettoPoint.Multiply(scalars, points, shared);
        var encoded = Encoded(shared);
        for (var i = 0; i < keys.Length; i++) keys[i] = oracle.Key(i / 2, (ulong)(i & 1), pairs.Pair(i / 2), Slot(own, i / 2), Slot(encoded, i));
        Array.Clear(scalars);
        Array.Clear(shared);
        CryptographicOperations.ZeroMemory(encoded);
    }

    private static byte[] Encoded(RistrettoPoint[] points)
    {
        var bytes = new byte[points.Length * RistrettoPoint.Size];
        RistrettoPoint.Encode(points, bytes);
        return bytes;
    }

    private static Span<byte> Uniform(byte[] uniform, int index) => uniform.AsSpan(index * RistrettoPoint.UniformSize, RistrettoPoint.UniformSize);

    private static Span<byte> Slot(byte[] points, int index) => points.AsSpan(index * RistrettoPoint.Size, RistrettoPoint.Size);

    private static void RequireCount(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, LargestCount);
    }
}
