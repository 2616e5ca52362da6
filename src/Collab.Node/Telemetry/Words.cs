using System.Reflection;
using Collab.Primitives;

namespace Collab.Node.Telemetry;

/// <summary>
/// The words that may leave a node for its maintainers: codes of errors and names of steps that this program declares. What another party's node, or a
/// person, wrote in the place of one is none of them, and <see cref="Other"/> stands there instead.
/// </summary>
public static class Words
{
    /// <summary>Stands for whatever is no word of ours.</summary>
    public const string Other = "other";

    private static readonly Lazy<(HashSet<string> Codes, HashSet<string> Steps)> Declared = new(Collect);

    /// <summary>The code, if it is one of ours.</summary>
    public static string Code(string code) => Declared.Value.Codes.Contains(code) ? code : Other;

    /// <summary>The step, if it is one of ours.</summary>
    public static string? Step(string? step) => step is null || Declared.Value.Steps.Contains(step) ? step : Other;

    private static (HashSet<string> Codes, HashSet<string> Steps) Collect()
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var (codes, steps) = (new HashSet<string>(), new HashSet<string>());
        foreach (var type in Ours(typeof(Words).Assembly, []).SelectMany(assembly => assembly.GetTypes()).Where(type => !type.ContainsGenericParameters))
        {
            foreach (var field in type.GetFields(all))
            {
                if (field.FieldType == typeof(ErrorCode)) codes.Add(((ErrorCode)field.GetValue(null)!).Name);
                if (field.FieldType == typeof(StepId)) steps.Add(((StepId)field.GetValue(null)!).Name);
            }
        }

        return (codes, steps);
    }

    private static HashSet<Assembly> Ours(Assembly assembly, HashSet<Assembly> found)
    {
        if (!found.Add(assembly)) return found;
        foreach (var name in assembly.GetReferencedAssemblies().Where(name => name.Name!.StartsWith("Collab.", StringComparison.Ordinal))) Ours(Assembly.Load(name), found);
        return found;
    }
}
