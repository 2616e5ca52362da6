using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Matrices;

/// <summary>One word: the specification of the other widths.</summary>
internal readonly unsafe struct WordLanes1 : IWordLanes<uint>
{
    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Load(uint* from) => *from;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Widen(sbyte* from) => unchecked((uint)*from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(uint* to, uint value) => *to = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Broadcast(uint value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Add(uint a, uint b) => unchecked(a + b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Multiply(uint a, uint b) => unchecked(a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Sum(uint value) => value;
}
