using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Lattices;

public sealed unsafe partial class NegacyclicTransform
{
    // The level between two registers side by side and the log2(lanes) levels inside them; forward then into [0, p). Eight pairs of registers at a
    // time, level by level: the steps of one wait for each other. Four where there are sixteen registers in all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private void Near<TForward, TSmall, TLanes, V>(double* x)
        where TForward : struct, IFlag
        where TSmall : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (negativeP, magic) = (TLanes.Broadcast(-_p), TLanes.Broadcast(Residue<TLanes, V>.Magic));
            var (p, inverse) = (TLanes.Broadcast(typeof(TSmall) == typeof(Set) ? _inverseP / 2 : _p), TLanes.Broadcast(_inverseP));
            nint lanes = TLanes.Count, pair = (nint)(_near / (Degree / (2 * lanes)));
            var far = _tables.Pointer + (typeof(TForward) == typeof(Set) ? 0 : Tables);
            var w = far + Degree;
            far += Degree / 2;
            var wide = HasManyRegisters<V>();
            nint pairs = wide ? 8 : 4;
            for (nint i = 0; i < Degree; i += 2 * pairs * lanes, w += pairs * pair, far += pairs * lanes)
            {
                double* block = x + i, second = block + (8 * lanes), v = w + (4 * pair);
                Load<TLanes, V>(block, lanes, out var a0, out var b0, out var a1, out var b1);
                Load<TLanes, V>(block + (4 * lanes), lanes, out var a2, out var b2, out var a3, out var b3);
                Unsafe.SkipInit(out V a4); Unsafe.SkipInit(out V b4); Unsafe.SkipInit(out V a5); Unsafe.SkipInit(out V b5);
                Unsafe.SkipInit(out V a6); Unsafe.SkipInit(out V b6); Unsafe.SkipInit(out V a7); Unsafe.SkipInit(out V b7);
                if (wide)
                {
                    Load<TLanes, V>(second, lanes, out a4, out b4, out a5, out b5);
                    Load<TLanes, V>(second + (4 * lanes), lanes, out a6, out b6, out a7, out b7);
                }

                if (typeof(TForward) == typeof(Set))
                {
                    Beside<TForward, TLanes, V>(ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3, far, inverse, negativeP, magic);
                    if (wide) Beside<TForward, TLanes, V>(ref a4, ref b4, ref a5, ref b5, ref a6, ref b6, ref a7, ref b7, far + (4 * lanes), inverse, negativeP, magic);
                    if (sizeof(V) == 8 * sizeof(double))
                    {
                        Inside<TForward, TLanes, V>(4, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3, w, pair, inverse, negativeP, magic);
                        if (wide) Inside<TForward, TLanes, V>(4, ref a4, ref b4, ref a5, ref b5, ref a6, ref b6, ref a7, ref b7, v, pair, inverse, negativeP, magic);
                    }

                    if (sizeof(V) > sizeof(double))
                    {
                        var at = pair - (2 * lanes);
                        Inside<TForward, TLanes, V>(2, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3, w + at, pair, inverse, negativeP, magic);
                        if (wide) Inside<TForward, TLanes, V>(2, ref a4, ref b4, ref a5, ref b5, ref a6, ref b6, ref a7, ref b7, v + at, pair, inverse, negativeP, magic);
                        at += lanes;
                        Inside<TForward, TLanes, V>(1, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3, w + at, pair, inverse, negativeP, magic);
                        if (wide) Inside<TForward, TLanes, V>(1, ref a4, ref b4, ref a5, ref b5, ref a6, ref b6, ref a7, ref b7, v + at, pair, inverse, negativeP, magic);
                    }

                    Finish<TForward, TSmall, TLanes, V>(ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3, inverse, p, negativeP, magic);
                    if (wide) Finish<TForward, TSmall, TLanes, V>(ref a4, ref b4, ref a5, ref b5, ref a6, ref b6, ref a7, ref b7, inverse, p, negativeP, magic);
                }
                else
                {
                    if (sizeof(V) > sizeof(double))
                    {
                        Inside<TForward, TLanes, V>(1, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3, w, pair, inverse, negativeP, magic);
                        if (wide) Inside<TForward, TLanes, V>(1, ref a4, ref b4, ref a5, ref b5, ref a6, ref b6, ref a7, ref b7, v, pair, inverse, negativeP, magic);
                        Inside<TForward, TLanes, V>(2, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3, w + lanes, pair, inverse, negativeP, magic);
                        if (wide) Inside<TForward, TLanes, V>(2, ref a4, ref b4, ref a5, ref b5, ref a6, ref b6, ref a7, ref b7, v + lanes, pair, inverse, negativeP, magic);
                    }

                    if (sizeof(V) == 8 * sizeof(double))
                    {
                        var at = 2 * lanes;
                        Inside<TForward, TLanes, V>(4, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3, w + at, pair, inverse, negativeP, magic);
                        if (wide) Inside<TForward, TLanes, V>(4, ref a4, ref b4, ref a5, ref b5, ref a6, ref b6, ref a7, ref b7, v + at, pair, inverse, negativeP, magic);
                    }

                    Finish<TForward, TSmall, TLanes, V>(ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3, inverse, p, negativeP, magic);
                    if (wide) Finish<TForward, TSmall, TLanes, V>(ref a4, ref b4, ref a5, ref b5, ref a6, ref b6, ref a7, ref b7, inverse, p, negativeP, magic);
                    Beside<TForward, TLanes, V>(ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3, far, inverse, negativeP, magic);
                    if (wide) Beside<TForward, TLanes, V>(ref a4, ref b4, ref a5, ref b5, ref a6, ref b6, ref a7, ref b7, far + (4 * lanes), inverse, negativeP, magic);
                }

                Store<TLanes, V>(block, lanes, a0, b0, a1, b1);
                Store<TLanes, V>(block + (4 * lanes), lanes, a2, b2, a3, b3);
                if (!wide) continue;
                Store<TLanes, V>(second, lanes, a4, b4, a5, b5);
                Store<TLanes, V>(second + (4 * lanes), lanes, a6, b6, a7, b7);
            }
        }
    }

    // The level between the registers of four pairs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Beside<TForward, TLanes, V>(
        ref V a, ref V b, ref V c, ref V d, ref V e, ref V f, ref V g, ref V h, double* w, V inverse, V negativeP, V magic)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        Step<TForward, TLanes, V>(ref a, ref b, TLanes.Load(w + (0 * TLanes.Count)), inverse, negativeP, magic);
        Step<TForward, TLanes, V>(ref c, ref d, TLanes.Load(w + (1 * TLanes.Count)), inverse, negativeP, magic);
        Step<TForward, TLanes, V>(ref e, ref f, TLanes.Load(w + (2 * TLanes.Count)), inverse, negativeP, magic);
        Step<TForward, TLanes, V>(ref g, ref h, TLanes.Load(w + (3 * TLanes.Count)), inverse, negativeP, magic);
    }

    // The level of values so many places apart inside four pairs of registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Inside<TForward, TLanes, V>(
        int distance, ref V a, ref V b, ref V c, ref V d, ref V e, ref V f, ref V g, ref V h, double* w, nint pair, V inverse, V negativeP, V magic)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            (a, b) = Arrange<TForward, TLanes, V>(distance, a, b);
            (c, d) = Arrange<TForward, TLanes, V>(distance, c, d);
            (e, f) = Arrange<TForward, TLanes, V>(distance, e, f);
            (g, h) = Arrange<TForward, TLanes, V>(distance, g, h);
            Step<TForward, TLanes, V>(ref a, ref b, TLanes.Load(w), inverse, negativeP, magic);
            Step<TForward, TLanes, V>(ref c, ref d, TLanes.Load(w + pair), inverse, negativeP, magic);
            Step<TForward, TLanes, V>(ref e, ref f, TLanes.Load(w + (2 * pair)), inverse, negativeP, magic);
            Step<TForward, TLanes, V>(ref g, ref h, TLanes.Load(w + (3 * pair)), inverse, negativeP, magic);
        }
    }

    // After the levels inside: values in order again, forward in [0, p). Inverse the sums of the last level are reduced.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TForward, TSmall, TLanes, V>(
        ref V a, ref V b, ref V c, ref V d, ref V e, ref V f, ref V g, ref V h, V inverse, V p, V negativeP, V magic)
        where TForward : struct, IFlag
        where TSmall : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        if (typeof(TForward) == typeof(Set))
        {
            (a, b) = (Canonical<TSmall, TLanes, V>(a, inverse, p, negativeP, magic), Canonical<TSmall, TLanes, V>(b, inverse, p, negativeP, magic));
            (c, d) = (Canonical<TSmall, TLanes, V>(c, inverse, p, negativeP, magic), Canonical<TSmall, TLanes, V>(d, inverse, p, negativeP, magic));
            (e, f) = (Canonical<TSmall, TLanes, V>(e, inverse, p, negativeP, magic), Canonical<TSmall, TLanes, V>(f, inverse, p, negativeP, magic));
            (g, h) = (Canonical<TSmall, TLanes, V>(g, inverse, p, negativeP, magic), Canonical<TSmall, TLanes, V>(h, inverse, p, negativeP, magic));
            (a, b) = TLanes.Interleave(a, b);
            (c, d) = TLanes.Interleave(c, d);
            (e, f) = TLanes.Interleave(e, f);
            (g, h) = TLanes.Interleave(g, h);
        }
        else
        {
            (a, c) = (Residue<TLanes, V>.Reduce(a, inverse, negativeP, magic), Residue<TLanes, V>.Reduce(c, inverse, negativeP, magic));
            (e, g) = (Residue<TLanes, V>.Reduce(e, inverse, negativeP, magic), Residue<TLanes, V>.Reduce(g, inverse, negativeP, magic));
            (a, b) = TLanes.Evens(a, b);
            (c, d) = TLanes.Evens(c, d);
            (e, f) = TLanes.Evens(e, f);
            (g, h) = TLanes.Evens(g, h);
        }
    }

    // With 11 for the bound of forward levels, a quotient is exact while 12·p < 2^51.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Canonical<TSmall, TLanes, V>(V x, V inverse, V p, V negativeP, V magic)
        where TSmall : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged =>
        typeof(TSmall) == typeof(Set) ? Residue<TLanes, V>.Floor(x, inverse, p, negativeP) : Residue<TLanes, V>.Normalize(x, inverse, p, negativeP, magic);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<TLanes, V>(double* from, nint t, out V x0, out V x1, out V x2, out V x3)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            (x0, x1, x2, x3) = (TLanes.Load(from), TLanes.Load(from + t), TLanes.Load(from + (2 * t)), TLanes.Load(from + (3 * t)));
        }
    }

    // Values so many places apart come to stand above each other, from where the level before left them: forward of distances 4 (of eight lanes),
    // 2 and 1, after which Interleave puts them in order; inverse of distances 1, 2 and 4, after which Evens does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V, V) Arrange<TForward, TLanes, V>(int distance, V a, V b)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        if (typeof(TForward) == typeof(Set)) return distance == 4 ? TLanes.Halves(a, b) : distance == 2 ? TLanes.Evens(a, b) : TLanes.Unpack(a, b);
        return distance == 4 ? TLanes.Evens(a, b) : distance == 2 ? TLanes.Unpack(a, b) : TLanes.Separate(a, b);
    }

    // At which place of two registers stands what a level inside them takes for the upper value of each pair, level after level.
    private static int[] Upper<TForward, TLanes, V>()
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        var numbers = stackalloc double[2 * TLanes.Count];
        for (var i = 0; i < 2 * TLanes.Count; i++) numbers[i] = i;
        var (a, b) = (TLanes.Load(numbers), TLanes.Load(numbers + TLanes.Count));
        var places = new List<int>();
        for (var level = 1; level < TLanes.Count; level *= 2)
        {
            (a, b) = Arrange<TForward, TLanes, V>(typeof(TForward) == typeof(Set) ? TLanes.Count / 2 / level : level, a, b);
            TLanes.Store(numbers, a);
            for (var i = 0; i < TLanes.Count; i++) places.Add((int)numbers[i]);
        }

        return [.. places];
    }
}
