namespace Collab.Arithmetic.Lattices;

/// <summary>A constant of the compiler: a generic kernel is compiled once for <see cref="Set"/> and once for <see cref="Unset"/>.</summary>
/// <remarks>Asked for by <c>typeof(TFlag) == typeof(Set)</c>, which the JIT knows before it counts what it may inline: a static property would be too late
/// (measured: transforms of twice the time).</remarks>
internal interface IFlag;

/// <summary>True.</summary>
internal readonly struct Set : IFlag;

/// <summary>False.</summary>
internal readonly struct Unset : IFlag;
