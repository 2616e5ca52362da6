using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.BinaryField;

/// <summary>The loops of <see cref="Gf128Vector"/>, written once for every width; what a vector does not fill is done one by one.</summary>
/// <remarks>Pointers to n elements each, which may be equal but do not overlap otherwise.</remarks>
internal static unsafe class Gf128Lanes<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, IGf128Lanes<TVector>
{
    /// <summary>d[i] = x[i] + y[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Add(Gf128* x, Gf128* y, Gf128* d, nint n)
    {
        unchecked
        {
            nint i = 0;
            for (; i <= n - TLanes.Count; i += TLanes.Count) TLanes.Store(TLanes.Xor(TLanes.Load(x + i), TLanes.Load(y + i)), d + i);
            for (; i < n; i++) d[i] = x[i] + y[i];
        }
    }

    /// <summary>d[i] = x[i] · y[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Multiply(Gf128* x, Gf128* y, Gf128* d, nint n)
    {
        unchecked
        {
            var reduction = TLanes.Broadcast(new(Gf128.Reduction, 0));
            nint i = 0;
            for (; i <= n - TLanes.Count; i += TLanes.Count) TLanes.Store(Product(TLanes.Load(x + i), TLanes.Load(y + i), reduction), d + i);
            for (; i < n; i++) d[i] = x[i] * y[i];
        }
    }

    /// <summary>d[i] = x[i] · factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Multiply(Gf128* x, Gf128 factor, Gf128* d, nint n)
    {
        unchecked
        {
            var (reduction, f) = (TLanes.Broadcast(new(Gf128.Reduction, 0)), TLanes.Broadcast(factor));
            nint i = 0;
            for (; i <= n - TLanes.Count; i += TLanes.Count) TLanes.Store(Product(TLanes.Load(x + i), f, reduction), d + i);
            for (; i < n; i++) d[i] = x[i] * factor;
        }
    }

    /// <summary>d[i] = d[i] + x[i] · factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void MultiplyAdd(Gf128* x, Gf128 factor, Gf128* d, nint n)
    {
        unchecked
        {
            var (reduction, f) = (TLanes.Broadcast(new(Gf128.Reduction, 0)), TLanes.Broadcast(factor));
            nint i = 0;
            for (; i <= n - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Xor(TLanes.Load(d + i), Product(TLanes.Load(x + i), f, reduction)), d + i);
            }

            for (; i < n; i++) d[i] += x[i] * factor;
        }
    }

    /// <summary>d[i] = d[i] + x[i] · y[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void MultiplyAdd(Gf128* x, Gf128* y, Gf128* d, nint n)
    {
        unchecked
        {
            var reduction = TLanes.Broadcast(new(Gf128.Reduction, 0));
            nint i = 0;
            for (; i <= n - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Xor(TLanes.Load(d + i), Product(TLanes.Load(x + i), TLanes.Load(y + i), reduction)), d + i);
            }

            for (; i < n; i++) d[i] += x[i] * y[i];
        }
    }

    /// <summary>Σ x[i] · y[i]. Reduction is linear, so the sum of unreduced products is reduced once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static Gf128 InnerProduct(Gf128* x, Gf128* y, nint n)
    {
        unchecked
        {
            TVector low = default, middle = default, high = default;
            nint i = 0;
            for (; i <= n - TLanes.Count; i += TLanes.Count)
            {
                var (a, b) = (TLanes.Load(x + i), TLanes.Load(y + i));
                low = TLanes.Xor(low, TLanes.LowByLow(a, b));
                middle = TLanes.Xor(middle, TLanes.Xor(TLanes.LowByHigh(a, b), TLanes.HighByLow(a, b)));
                high = TLanes.Xor(high, TLanes.HighByHigh(a, b));
            }

            var lanes = stackalloc Gf128[TLanes.Count];
            TLanes.Store(Reduce(low, middle, high, TLanes.Broadcast(new(Gf128.Reduction, 0))), lanes);
            var sum = lanes[0];
            for (var lane = 1; lane < TLanes.Count; lane++) sum += lanes[lane];
            for (; i < n; i++) sum += x[i] * y[i];
            return sum;
        }
    }

    /// <summary>d[i] = d[i] + Σ c[j] · x[i]^(j + 1), j below count, by Horner's rule.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void AddPolynomial(Gf128* x, Gf128* c, int count, Gf128* d, nint n)
    {
        unchecked
        {
            var reduction = TLanes.Broadcast(new(Gf128.Reduction, 0));
            nint i = 0;
            for (; i <= n - TLanes.Count; i += TLanes.Count)
            {
                var point = TLanes.Load(x + i);
                TVector sum = default;
                for (var j = count - 1; j >= 0; j--) sum = Product(TLanes.Xor(sum, TLanes.Broadcast(c[j])), point, reduction);
                TLanes.Store(TLanes.Xor(TLanes.Load(d + i), sum), d + i);
            }

            for (; i < n; i++)
            {
                var sum = Gf128.Zero;
                for (var j = count - 1; j >= 0; j--) sum = (sum + c[j]) * x[i];
                d[i] += sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Product(TVector a, TVector b, TVector reduction) => Reduce(
        TLanes.LowByLow(a, b), TLanes.Xor(TLanes.LowByHigh(a, b), TLanes.HighByLow(a, b)), TLanes.HighByHigh(a, b), reduction);

    /// <summary>low + middle·X^64 + high·X^128 modulo the field's polynomial.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Reduce(TVector low, TVector middle, TVector high, TVector reduction)
    {
        middle = TLanes.Xor(middle, TLanes.HighByLow(high, reduction));                 // high's high word stands at X^192 = 0x87·X^64
        var swapped = TLanes.SwapWords(middle);                                         // middle's high word joins high's low word at X^128
        var folded = TLanes.LowByLow(TLanes.Xor(high, swapped), reduction);
        return TLanes.Xor(TLanes.Xor(low, folded), TLanes.KeepHigh(swapped));
    }
}
