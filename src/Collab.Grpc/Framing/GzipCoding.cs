using System.Buffers;
using System.IO.Compression;
using Grpc.Core;

namespace Grpc.Framing;

/// <summary>gzip of single messages; the cap holds for what comes out, so a small frame cannot become a large message.</summary>
internal static class GzipCoding
{
    private const int FirstChunk = 16 * 1024;

    public static byte[] Inflate(ReadOnlySequence<byte> compressed, int limit)
    {
        var output = new ArrayBufferWriter<byte>(FirstChunk);
        using var source = new MemoryStream(compressed.ToArray(), writable: false);
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        try
        {
            while (true)
            {
                var read = gzip.Read(output.GetSpan(FirstChunk));
                if (read == 0) return output.WrittenSpan.ToArray();
                output.Advance(read);
                if (output.WrittenCount > limit) throw MessageFrame.TooLargeToReceive();
            }
        }
        catch (InvalidDataException)
        {
            throw MessageFrame.Malformed();
        }
    }

    public static byte[] Deflate(ReadOnlySpan<byte> payload)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(payload);
        }

        return output.ToArray();
    }
}
