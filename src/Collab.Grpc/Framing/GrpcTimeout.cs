using System.Globalization;

namespace Grpc.Framing;

/// <summary>The checked form of the <c>grpc-timeout</c> header: 1 to 8 digits and a unit.</summary>
/// <remarks>A peer can ask for eleven millennia, which no timer holds; above <see cref="Longest"/> a call has no deadline.</remarks>
internal readonly record struct GrpcTimeout(TimeSpan? Value)
{
    /// <summary>20 days: below the 24.8 days that a 32-bit count of milliseconds holds.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(20);

    private const int MaxDigits = 8;
    private const long MaxAmount = 99_999_999;

    /// <summary>Reads a header value; false when it is malformed.</summary>
    public static bool TryParse(string? text, out GrpcTimeout timeout)
    {
        timeout = default;
        if (text is null || text.Length is < 2 or > MaxDigits + 1) return false;

        var amount = 0L;
        foreach (var c in text.AsSpan(0, text.Length - 1))
        {
            if (!char.IsAsciiDigit(c)) return false;
            amount = (amount * 10) + (c - '0');
        }

        // At most 99,999,999 h = 3.6e18 ticks: a signed 64-bit count holds every well-formed value.
        long? ticks = text[^1] switch
        {
            'H' => amount * TimeSpan.TicksPerHour,
            'M' => amount * TimeSpan.TicksPerMinute,
            'S' => amount * TimeSpan.TicksPerSecond,
            'm' => amount * TimeSpan.TicksPerMillisecond,
            'u' => amount * TimeSpan.TicksPerMicrosecond,
            'n' => amount / TimeSpan.NanosecondsPerTick,
            _ => null,
        };
        if (ticks is null) return false;
        timeout = new GrpcTimeout(ticks > Longest.Ticks ? null : TimeSpan.FromTicks(ticks.Value));
        return true;
    }

    /// <summary>Writes a span in the finest unit that 8 digits hold, rounded up so that no call is cut short.</summary>
    public static string Format(TimeSpan span)
    {
        ReadOnlySpan<(long Ticks, char Unit)> units =
        [
            (TimeSpan.TicksPerMicrosecond, 'u'), (TimeSpan.TicksPerMillisecond, 'm'), (TimeSpan.TicksPerSecond, 'S'),
            (TimeSpan.TicksPerMinute, 'M'), (TimeSpan.TicksPerHour, 'H'),
        ];
        var ticks = Math.Max(span.Ticks, 0);
        foreach (var (unit, letter) in units)
        {
            var amount = (ticks / unit) + (ticks % unit == 0 ? 0 : 1);
            if (amount <= MaxAmount) return string.Create(CultureInfo.InvariantCulture, $"{amount}{letter}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{MaxAmount}H");
    }
}
