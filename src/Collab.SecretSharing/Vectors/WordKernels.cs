using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Collab.SecretSharing.Vectors;

/// <summary>Passes over vectors of words, in either ring, at three widths with the same result. Timing depends on lengths alone.</summary>
internal static unsafe class WordKernels
{
    /// <summary>The widest kernel this processor runs.</summary>
    public static KernelWidth Best { get; } =
        Vector512.IsHardwareAccelerated ? KernelWidth.Bits512 : Vector256.IsHardwareAccelerated ? KernelWidth.Bits256 : KernelWidth.Scalar;

    /// <summary>d[i] = x[i] + y[i]; d may be x or y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Add<TRing>(KernelWidth kernel, ulong* x, ulong* y, ulong* d, nint n)
        where TRing : struct, IWordRing
    {
        unchecked
        {
            nint i = 0;
            if (kernel >= KernelWidth.Bits512)
                for (; i <= n - 8; i += 8) TRing.Add(Vector512.Load(x + i), Vector512.Load(y + i)).Store(d + i);
            if (kernel >= KernelWidth.Bits256)
                for (; i <= n - 4; i += 4) TRing.Add(Vector256.Load(x + i), Vector256.Load(y + i)).Store(d + i);
            for (; i < n; i++) d[i] = TRing.Add(x[i], y[i]);
        }
    }

    /// <summary>d[i] = x[i] − y[i]; d may be x or y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Subtract<TRing>(KernelWidth kernel, ulong* x, ulong* y, ulong* d, nint n)
        where TRing : struct, IWordRing
    {
        unchecked
        {
            nint i = 0;
            if (kernel >= KernelWidth.Bits512)
                for (; i <= n - 8; i += 8) TRing.Subtract(Vector512.Load(x + i), Vector512.Load(y + i)).Store(d + i);
            if (kernel >= KernelWidth.Bits256)
                for (; i <= n - 4; i += 4) TRing.Subtract(Vector256.Load(x + i), Vector256.Load(y + i)).Store(d + i);
            for (; i < n; i++) d[i] = TRing.Subtract(x[i], y[i]);
        }
    }

    /// <summary>d[i] = a · x[i] + b; d may be x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Affine<TRing>(KernelWidth kernel, ulong a, ulong* x, ulong b, ulong* d, nint n)
        where TRing : struct, IWordRing
    {
        unchecked
        {
            nint i = 0;
            if (kernel >= KernelWidth.Bits512)
            {
                var (va, vb) = (Vector512.Create(a), Vector512.Create(b));
                for (; i <= n - 8; i += 8) TRing.Add(TRing.Multiply(va, Vector512.Load(x + i)), vb).Store(d + i);
            }

            if (kernel >= KernelWidth.Bits256)
            {
                var (va, vb) = (Vector256.Create(a), Vector256.Create(b));
                for (; i <= n - 4; i += 4) TRing.Add(TRing.Multiply(va, Vector256.Load(x + i)), vb).Store(d + i);
            }

            for (; i < n; i++) d[i] = TRing.Add(TRing.Multiply(a, x[i]), b);
        }
    }

    /// <summary>d[i] = x[i] · y[i]; d may be x or y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Multiply<TRing>(KernelWidth kernel, ulong* x, ulong* y, ulong* d, nint n)
        where TRing : struct, IWordRing
    {
        unchecked
        {
            nint i = 0;
            if (kernel >= KernelWidth.Bits512)
                for (; i <= n - 8; i += 8) TRing.Multiply(Vector512.Load(x + i), Vector512.Load(y + i)).Store(d + i);
            if (kernel >= KernelWidth.Bits256)
                for (; i <= n - 4; i += 4) TRing.Multiply(Vector256.Load(x + i), Vector256.Load(y + i)).Store(d + i);
            for (; i < n; i++) d[i] = TRing.Multiply(x[i], y[i]);
        }
    }

    /// <summary>d[i] = x₀·y₀ + x₀·y₁ + x₁·y₀ + m₀ − m₁ at i: this party's part of a product of replicated shares, under a share of zero.</summary>
    /// <remarks>Source: Araki et al., eprint 2016/768, and ABY3, eprint 2018/403; specs/replicated-sharing.md, step 3. d overlaps none of the inputs.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void ReplicatedProduct<TRing>(
        KernelWidth kernel, ulong* x0, ulong* x1, ulong* y0, ulong* y1, ulong* m0, ulong* m1, ulong* d, nint n)
        where TRing : struct, IWordRing
    {
        unchecked
        {
            nint i = 0;
            if (kernel >= KernelWidth.Bits512)
            {
                for (; i <= n - 8; i += 8)
                {
                    var y = Vector512.Load(y0 + i);
                    var z = TRing.Multiply(Vector512.Load(x0 + i), TRing.Add(y, Vector512.Load(y1 + i)));
                    z = TRing.Add(z, TRing.Multiply(Vector512.Load(x1 + i), y));
                    TRing.Add(z, TRing.Subtract(Vector512.Load(m0 + i), Vector512.Load(m1 + i))).Store(d + i);
                }
            }

            if (kernel >= KernelWidth.Bits256)
            {
                for (; i <= n - 4; i += 4)
                {
                    var y = Vector256.Load(y0 + i);
                    var z = TRing.Multiply(Vector256.Load(x0 + i), TRing.Add(y, Vector256.Load(y1 + i)));
                    z = TRing.Add(z, TRing.Multiply(Vector256.Load(x1 + i), y));
                    TRing.Add(z, TRing.Subtract(Vector256.Load(m0 + i), Vector256.Load(m1 + i))).Store(d + i);
                }
            }

            for (; i < n; i++)
            {
                var z = TRing.Add(TRing.Multiply(x0[i], TRing.Add(y0[i], y1[i])), TRing.Multiply(x1[i], y0[i]));
                d[i] = TRing.Add(z, TRing.Subtract(m0[i], m1[i]));
            }
        }
    }

    /// <summary>Σ x₀[i]·y₀[i] + x₀[i]·y₁[i] + x₁[i]·y₀[i]: this party's part of an inner product, without its share of zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static ulong ReplicatedInner(KernelWidth kernel, ulong* x0, ulong* x1, ulong* y0, ulong* y1, nint n)
    {
        unchecked
        {
            nint i = 0;
            var sum = 0UL;
            if (kernel >= KernelWidth.Bits512)
            {
                var s = Vector512<ulong>.Zero;
                for (; i <= n - 8; i += 8)
                {
                    var y = Vector512.Load(y0 + i);
                    s += (Vector512.Load(x0 + i) * (y + Vector512.Load(y1 + i))) + (Vector512.Load(x1 + i) * y);
                }

                sum += Vector512.Sum(s);
            }

            if (kernel >= KernelWidth.Bits256)
            {
                var s = Vector256<ulong>.Zero;
                for (; i <= n - 4; i += 4)
                {
                    var y = Vector256.Load(y0 + i);
                    s += (Vector256.Load(x0 + i) * (y + Vector256.Load(y1 + i))) + (Vector256.Load(x1 + i) * y);
                }

                sum += Vector256.Sum(s);
            }

            for (; i < n; i++) sum += (x0[i] * (y0[i] + y1[i])) + (x1[i] * y0[i]);
            return sum;
        }
    }
}
