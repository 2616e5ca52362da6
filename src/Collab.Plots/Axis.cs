namespace Collab.Plots;

/// <summary>Where values lie along one side of a picture, in pixels; linear, or in logarithms for ratios.</summary>
internal sealed class Axis
{
    private readonly double _from, _to, _start, _end;
    private readonly bool _logarithmic;

    private Axis(double from, double to, double start, double end, bool logarithmic, IReadOnlyList<double> ticks) =>
        (_from, _to, _start, _end, _logarithmic, Ticks) = (from, to, start, end, logarithmic, ticks);

    /// <summary>Round values within the axis.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>From one value to another.</summary>
    /// <param name="from">The value at <paramref name="start"/>.</param>
    /// <param name="to">The value at <paramref name="end"/>, larger.</param>
    /// <param name="start">A pixel.</param>
    /// <param name="end">A pixel.</param>
    /// <param name="ticks">About how many ticks.</param>
    /// <param name="whole">Whether ticks are whole numbers.</param>
    public static Axis Linear(double from, double to, double start, double end, int ticks, bool whole = false)
    {
        var step = Step((to - from) / ticks);
        if (whole) step = Math.Max(1, step);
        var first = Math.Ceiling(from / step - 1e-9);
        var count = (int)Math.Floor(to / step + 1e-9) - (int)first + 1;
        return new Axis(from, to, start, end, false, [.. Enumerable.Range(0, Math.Max(0, count)).Select(i => (first + i) * step)]);
    }

    /// <summary>From one value to another, with given ticks.</summary>
    public static Axis LinearWith(IReadOnlyList<double> ticks, double from, double to, double start, double end) => new(from, to, start, end, false, ticks);

    /// <summary>From zero to the round value at or above the largest.</summary>
    public static Axis Counts(double largest, double start, double end)
    {
        const int ticks = 5;
        var step = Math.Max(1, Step(largest / ticks));
        return Linear(0, Math.Max(step, Math.Ceiling(largest / step) * step), start, end, ticks, whole: true);
    }

    /// <summary>In logarithms, between two positive values.</summary>
    public static Axis Logarithmic(double from, double to, double start, double end)
    {
        var decades = Math.Log10(to / from);
        double[] mantissas = decades > 4 ? [1] : decades > 1.5 ? [1, 2, 5] : [1, 1.5, 2, 3, 5, 7];
        if (decades < 0.3) return new Axis(from, to, start, end, true, Linear(from, to, 0, 1, 5).Ticks);
        var ticks = Enumerable.Range((int)Math.Floor(Math.Log10(from)), (int)Math.Ceiling(decades) + 2)
            .SelectMany(power => mantissas.Select(mantissa => mantissa * Math.Pow(10, power))).Where(tick => tick >= from * 0.9999 && tick <= to * 1.0001);
        return new Axis(from, to, start, end, true, [.. ticks]);
    }

    /// <summary>The pixel of a value; one beyond either end lies at that end.</summary>
    public double Of(double value)
    {
        var share = _logarithmic ? Math.Log(value / _from) / Math.Log(_to / _from) : (value - _from) / (_to - _from);
        return _start + ((_end - _start) * Math.Clamp(share, 0, 1));
    }

    /// <summary>Whether a value is on the axis.</summary>
    public bool Has(double value) => value >= _from && value <= _to;

    /// <summary>The next of 1, 2 and 5 times a power of ten.</summary>
    private static double Step(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return power * ((rough / power) switch { <= 1.000001 => 1, <= 2.000001 => 2, <= 5.000001 => 5, _ => 10 });
    }
}
