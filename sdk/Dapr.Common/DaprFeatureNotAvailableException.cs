namespace Dapr.Common;

/// <summary>The sidecar offers none of the variants of a method that this SDK knows.</summary>
public sealed class DaprFeatureNotAvailableException : DaprException
{
    /// <summary>Creates the exception for a feature and the method variants that were asked for.</summary>
    public DaprFeatureNotAvailableException(string featureName, params string[] checkedVariants)
        : base($"The Dapr runtime does not offer the feature '{featureName}'; asked for: {string.Join(", ", checkedVariants)}.")
    {
        FeatureName = featureName;
        CheckedVariants = checkedVariants;
    }

    /// <summary>The feature that is missing.</summary>
    public string FeatureName { get; }

    /// <summary>The method variants that were asked for.</summary>
    public IReadOnlyList<string> CheckedVariants { get; }
}
