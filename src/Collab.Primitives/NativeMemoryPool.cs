using System.Numerics;
using System.Runtime.InteropServices;

namespace Collab.Primitives;

/// <summary>The pool behind <see cref="NativeBuffer{T}"/>: returned memory is kept for the next buffer of about its size.</summary>
/// <remarks>
/// Sizes are rounded up to a quarter of a power of two, so that a new buffer reserves at most a quarter too much; from 2 MiB on a buffer
/// takes one of up to twice its size that waits, so that what a process holds follows the most that it needs at once. From there on memory
/// lies on 2 MiB boundaries and the kernel is asked for pages of that size: a vector of millions of blocks that is read at random places
/// needs them. At most <see cref="LargestIdleSize"/> is kept idle. All members may be used by many threads at once.
/// </remarks>
public static unsafe partial class NativeMemoryPool
{
    private const nuint Alignment = 64;
    private const nuint HugePage = 2 << 20;
    private const int AdviseHugePages = 14; // MADV_HUGEPAGE of Linux

    private static readonly Lock Gate = new();
    private static readonly Dictionary<nuint, Stack<nint>> Idle = [];

    /// <summary>The most bytes that wait in the pool; what is returned beyond it goes back to the system.</summary>
    public const long LargestIdleSize = 512L << 20;

    /// <summary>How many bytes wait in the pool now.</summary>
    public static long IdleSize { get; private set; }

    /// <summary>Gives all waiting memory back to the system.</summary>
    public static void Trim()
    {
        lock (Gate)
        {
            foreach (var pointer in Idle.Values.SelectMany(stack => stack)) NativeMemory.AlignedFree((void*)pointer);
            Idle.Clear();
            IdleSize = 0;
        }
    }

    internal static (nint Pointer, nuint Reserved) Rent(nuint bytes)
    {
        var reserved = Round(bytes);
        lock (Gate)
        {
            // A step's large vectors are of a few sizes: one that waits is better than a new one beside it, if not twice as large.
            var most = reserved >= HugePage ? 2 * reserved : reserved;
            for (var size = reserved; size <= most; size = Round(size + 1))
            {
                if (!Idle.TryGetValue(size, out var waiting) || !waiting.TryPop(out var pointer)) continue;
                IdleSize -= (long)size;
                return (pointer, size);
            }
        }

        var large = reserved >= HugePage;
        var fresh = NativeMemory.AlignedAlloc(reserved, large ? HugePage : Alignment);
        if (large && OperatingSystem.IsLinux()) _ = Advise(fresh, reserved, AdviseHugePages); // only advice: a refusal costs time alone
        else if (!large) NativeMemory.Clear(fresh, reserved);
        return ((nint)fresh, reserved);
    }

    /// <summary>Takes memory back; its content is zero already.</summary>
    internal static void Return(nint pointer, nuint reserved)
    {
        lock (Gate)
        {
            if (IdleSize + (long)reserved <= LargestIdleSize)
            {
                IdleSize += (long)reserved;
                if (!Idle.TryGetValue(reserved, out var waiting)) Idle[reserved] = waiting = new Stack<nint>();
                waiting.Push(pointer);
                return;
            }
        }

        NativeMemory.AlignedFree((void*)pointer);
    }

    private static nuint Round(nuint bytes)
    {
        if (bytes <= 4096) return 4096;
        var quarter = (nuint)1 << (BitOperations.Log2(bytes - 1) - 2);
        return checked((bytes + quarter - 1) / quarter * quarter);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
