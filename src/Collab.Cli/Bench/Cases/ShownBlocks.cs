using System.Buffers;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Cli.Bench.Cases;

/// <summary>A party of a benchmark shows what it must keep secret in a protocol, so that the other can check; never outside a check.</summary>
internal sealed record ShownBlocks(ReadOnlyMemory<byte> Bytes) : IMessage<ShownBlocks>
{
    private const int BlocksOfMessage = 1 << 16;

    private static readonly StepId Step = new("bench.check");

    public void Encode(IBufferWriter<byte> destination) => destination.Write(Bytes.Span);

    public static ShownBlocks Decode(ReadOnlySpan<byte> payload) => new(payload.ToArray());

    public static Task ShowAsync(IChannel channel, ReadOnlySpan<Gf128> blocks, CancellationToken cancellation)
    {
        var messages = new List<ShownBlocks>();
        for (var rest = blocks; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, BlocksOfMessage)..])
            messages.Add(new ShownBlocks(MemoryMarshal.AsBytes(rest[..Math.Min(rest.Length, BlocksOfMessage)]).ToArray()));
        return SendAllAsync();

        async Task SendAllAsync()
        {
            foreach (var message in messages) await channel.SendAsync(message, cancellation);
        }
    }

    public static async Task<Gf128[]> SeeAsync(IChannel channel, int count, CancellationToken cancellation)
    {
        var blocks = new Gf128[count];
        for (var start = 0; start < count; start += BlocksOfMessage)
        {
            var message = await channel.ReceiveAsync<ShownBlocks>(Step, cancellation);
            MemoryMarshal.Cast<byte, Gf128>(message.Bytes.Span).CopyTo(blocks.AsSpan(start));
        }

        return blocks;
    }
}
