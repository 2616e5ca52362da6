using System.Diagnostics;
using System.Globalization;

namespace Collab.Cli.Bench;

/// <summary>Speeds of a program that anyone can install, measured in the same minute: by them figures of two machines are compared.</summary>
/// <param name="Aes128CtrBytesPerSecond">OpenSSL, one core, blocks of 16 KiB.</param>
/// <param name="Aes128EcbBytesPerSecond">OpenSSL, one core, blocks of 16 KiB.</param>
/// <param name="X25519PerSecond">OpenSSL, one core, multiplications.</param>
public sealed record Yardsticks(double? Aes128CtrBytesPerSecond, double? Aes128EcbBytesPerSecond, double? X25519PerSecond)
{
    /// <summary>One second each; null where there is no openssl, or it answers otherwise than version 3.</summary>
    public static async Task<Yardsticks> MeasureAsync(CancellationToken cancellation) => new(
        await RateAsync("+F:", 3, cancellation, "-bytes", "16384", "-evp", "aes-128-ctr"),
        await RateAsync("+F:", 3, cancellation, "-bytes", "16384", "-evp", "aes-128-ecb"),
        await RateAsync("+F5:", 3, cancellation, "ecdhx25519"));

    /// <summary>The field of the line that begins so, of <c>openssl speed -mr</c>.</summary>
    internal static double? Parse(string output, string line, int field)
    {
        var found = output.Split('\n').FirstOrDefault(l => l.StartsWith(line, StringComparison.Ordinal))?.Split(':');
        return found?.Length > field && double.TryParse(found[field], NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) ? rate : null;
    }

    private static async Task<double?> RateAsync(string line, int field, CancellationToken cancellation, params string[] what)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("openssl", ["speed", "-mr", "-seconds", "1", .. what])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var said = process.StandardError.ReadToEndAsync(cancellation);
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await said;
            await process.WaitForExitAsync(cancellation);
            return Parse(output, line, field);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // there is none
        }
    }
}
