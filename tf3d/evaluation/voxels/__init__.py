"""What voxel models are measured by: pictures, codes, shapes, poses, symmetry."""
