using Collab.Primitives;

namespace Collab.Console.People;

/// <summary>Why a person cannot be added, changed or enrolled.</summary>
public static class PeopleErrors
{
    /// <summary>A name or role that is not one.</summary>
    public static readonly ErrorCode Invalid = new(
        "person.invalid", ErrorKind.InvalidInput, "A name is 1 to 63 of a-z, 0-9, '.', '-' and '_'; roles are researcher, owner, auditor, supervisor and operator.");

    /// <summary>The name is taken.</summary>
    public static readonly ErrorCode Exists = new(
        "person.exists", ErrorKind.Refused, "Choose another name, or give this person a new link ('collab console person reset').");

    /// <summary>Nobody has the name.</summary>
    public static readonly ErrorCode Unknown = new(
        "person.unknown", ErrorKind.InvalidInput, "See the names with 'collab console person list'.");

    /// <summary>A link that was used, has expired or never was.</summary>
    public static readonly ErrorCode LinkUnusable = new(
        "person.link-unusable", ErrorKind.Refused, "Ask the operator of your party for a new link ('collab console person reset').");

    /// <summary>A password that is too short, too long or known to everybody.</summary>
    public static readonly ErrorCode PasswordWeak = new(
        "person.password-weak", ErrorKind.InvalidInput, "Choose at least 12 characters that nobody would guess: several words, for example.");

    /// <summary>The last operator would go.</summary>
    public static readonly ErrorCode LastOperator = new(
        "person.last-operator", ErrorKind.Refused, "Give another person the role of operator first.");
}
