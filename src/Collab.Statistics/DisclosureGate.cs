namespace Collab.Statistics;

internal static class DisclosureGate
{
    internal const int CountBits = 40;
}
