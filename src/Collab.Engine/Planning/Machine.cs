using Collab.Primitives;
using Collab.Psi;

namespace Collab.Engine.Planning;

/// <summary>What a party's machine can do, as far as estimates ask. All parties are taken to have the planning party's machine.</summary>
/// <param name="Cores">Cores that the node may use.</param>
/// <param name="Curve">How fast a core is at curve points, and taken for all else that only computes; 1 is the machine that <see cref="CostRates"/> was measured on.</param>
/// <param name="Blocks">How fast a core is at blocks in memory, likewise.</param>
public sealed record Machine(int Cores, double Curve, double Blocks)
{
    // What MachineSpeed.Measure found on the reference machine: 'collab bench estimate --fit' prints it.
    private static readonly MachineSpeed ReferenceSpeed = new(130_482, 332e6, 49.0e9);

    private static readonly Lazy<Machine> Measured = new(() => Of(Environment.ProcessorCount, MachineSpeed.Measure()));

    /// <summary>The machine that the rates were measured on: two cores of an AMD EPYC (Zen 5).</summary>
    public static Machine Reference { get; } = new(2, 1, 1);

    /// <summary>This machine; measured for some 40 ms when it is first asked for.</summary>
    public static Machine This => Measured.Value;

    /// <summary>The parties whose nodes share this machine's cores with this node, itself included.</summary>
    public IReadOnlySet<PartyId> Here { get; init; } = new HashSet<PartyId>();

    /// <summary>A machine of so many cores and that speed.</summary>
    public static Machine Of(int cores, MachineSpeed speed) => new(
        cores,
        speed.MultipliesPerSecond / ReferenceSpeed.MultipliesPerSecond,
        Math.Sqrt(speed.BlocksPerSecond / ReferenceSpeed.BlocksPerSecond * (speed.CopiedBytesPerSecond / ReferenceSpeed.CopiedBytesPerSecond)));
}
